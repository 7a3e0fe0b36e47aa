"""Selection of the series of a site, and of repeated periods in them."""

from zoneinfo import ZoneInfo

import pandas as pd

from besok.files.visit_counts.wording import Dialog, grouped, option, refusal

ALL = "all"
HOURLY = ["series", "first", "last", "hour", "wall"]


def selected(frame: pd.DataFrame, strange: list[str], dialog: Dialog) -> pd.DataFrame:
    """Return the records of the series that belong to the site. Raises Unclear where there are several."""
    sums = frame.groupby("series", sort=False)["visits"].sum()
    if len(sums) < 2 and not strange and not dialog.answered("series"):
        return frame.assign(series="")
    names = {str(name) or (strange or ["1"])[0]: str(name) for name in sums.index}
    offered = [
        option(shown, "{name}: {n} in all", name=shown, n=grouped(sums[name]))
        for shown, name in names.items()
    ]
    if len(names) > 1:
        total = option(ALL, "all of them, added up: {n}", n=grouped(sums.sum()))
        answers = dialog.ask_several(
            "series",
            "The file has {count} series. Which of them are visits of this site?",
            [total, *offered],
            count=len(names),
        )
    else:
        answers = [dialog.ask("series", "Is “{name}” a count of visits?", offered, name=next(iter(names)))]
    if ALL in answers:
        return frame
    requested = [names[shown] for shown in answers]
    records = frame[frame["series"].isin(requested)]
    return records.assign(series="") if len(requested) == 1 else records


def without_repeats(frame: pd.DataFrame, dialog: Dialog, *, zone: ZoneInfo | None) -> pd.DataFrame:
    """Return one record for each period of a series: repeated ones are added up or counted once, as answered."""
    keys = ["series", "wall", "first", "last"]
    again = frame.duplicated(keys, keep=False)
    if not again.any():
        return frame
    if zone is not None:
        folded = frame["wall"].map(
            {wall: _is_folded(wall, zone) for wall in frame.loc[again, "wall"].unique()}
        )
        again &= ~folded.fillna(False).astype(bool)  # the hour that comes twice in autumn
    if again.any():
        groups = frame[again].groupby(keys, sort=False, observed=True)["visits"]
        alike = bool((groups.nunique(dropna=False) == 1).all())
        rows = frame.loc[again, "row"]
        first = frame[again].iloc[0]
        options = [
            option("add", "they belong together, as two doors do: add them up"),
            option("once", "the same was written twice: count it once")
            if alike
            else option("last", "the later row corrects the earlier one: count it alone"),
        ]
        answer = dialog.ask(
            "repeated",
            "{day} is in rows {one} and {other}, and {n} periods occur more than once. Why?",
            options,
            day=f"{first['first']:%Y-%m-%d}",
            one=int(first["row"]),
            other=int(rows[frame[again].duplicated(keys)].iloc[0]),
            n=groups.ngroups,
        )
        dialog.remark("repeated", int(first["row"]), "{n} periods occur more than once.", n=groups.ngroups)
        if answer != "add":
            frame = frame[~(again & frame.duplicated(keys, keep="last"))]
    return _added_up(frame, keys)


def _is_folded(wall: pd.Timestamp, zone: ZoneInfo) -> bool:
    moment = wall.to_pydatetime().replace(tzinfo=zone)
    return moment.utcoffset() != moment.replace(fold=1).utcoffset()


def by_hours(frame: pd.DataFrame, dialog: Dialog, ends: bool) -> pd.DataFrame:
    """Return counts within a day as whole hours, or as days where each is of several hours.

    With `ends` the times are the ends of counted intervals.
    """
    times = frame["wall"].drop_duplicates().sort_values()
    steps = times.diff().dropna()
    same_day = times.dt.normalize().diff().dropna() == pd.Timedelta(0)
    inner = steps[same_day.to_numpy()]
    if inner.empty:  # one time a day: when it was written
        return frame.assign(hour=-1, unit="day")
    step = int(inner.dt.total_seconds().min() // 60)
    if ends:
        wall = frame["wall"] - pd.Timedelta(minutes=step)
        day = wall.dt.normalize()
        frame = frame.assign(wall=wall, first=day, last=day)
        dialog.remark(
            "ends", None, "Times are read as the ends of {n} minutes, as their heading says.", n=step
        )
    if step > 60:
        dialog.remark("hours", None, "Counts of {n} hours are added up to days.", n=f"{step / 60:g}")
        return _added_up(frame.assign(hour=-1, unit="day", wall=frame["first"]), HOURLY)
    hours = frame.assign(hour=frame["wall"].dt.hour, wall=frame["wall"].dt.floor("h"), unit="hour")
    if step == 60 and (frame["wall"].dt.minute == 0).all():
        return hours
    if 60 % step:
        raise refusal(
            "the times are {n} minutes apart, which does not make whole hours; sum them up first", n=step
        )
    parts = hours.groupby(["series", "wall"], sort=False)["visits"].size()
    if (short := parts < 60 // step).any():
        answer = dialog.ask(
            "omitted",
            "{n} hours have fewer than {of} rows. What of the times that have none?",
            [
                option("zero", "nobody came: the file leaves out what is zero"),
                option("missing", "not known: leave these hours out"),
            ],
            n=int(short.sum()),
            of=60 // step,
        )
        if answer == "missing":
            incomplete = parts.index[short]
            hours = hours[~pd.MultiIndex.from_frame(hours[["series", "wall"]]).isin(incomplete)]
    dialog.remark("hours", None, "Counts of {n} minutes are added up to hours.", n=step)
    return _added_up(hours, HOURLY)


def _added_up(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return one record for each value of the keys, unknown where one of its counts is."""
    groups = frame.groupby([*keys, "unit"], sort=False, observed=True)
    visits = groups["visits"].sum().mask(groups["visits"].count() < groups.size())
    return visits.to_frame().assign(row=groups["row"].first()).reset_index()
