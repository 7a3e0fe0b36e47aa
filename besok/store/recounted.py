"""What becomes of the visits of past days when something is said to have been otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from besok.model.plurals import many
from besok.store.database import Connection, sql

SHOWN_DAYS = 31  # told one by one
Visits = Mapping[str, Mapping[date, float]]  # by site and business day


def visits(conn: Connection, sites: Sequence[str]) -> Visits:
    """Return the gross visits of sites by business day, as far as they were counted."""
    found: dict[str, dict[date, float]] = {}
    for site, day, gross in conn.execute(sql("counted_visits"), {"sites": list(sites)}):
        found.setdefault(site, {})[day] = round(gross, 6)
    return found


def changes(before: Visits, after: Visits) -> list[str]:
    """Return a line for each site of which days have changed, and for each day if they are few."""
    return [line for site in dict.fromkeys((*before, *after)) for line in _site(site, before, after)]


def _site(site: str, before: Visits, after: Visits) -> Iterator[str]:
    old, new = before.get(site, {}), after.get(site, {})
    days = sorted(day for day in {*old, *new} if old.get(day) != new.get(day))
    if not days:
        return
    sums = [_people(sum(which.get(day, 0) for day in days)) for which in (old, new)]
    yield (
        f"{site}: the visits of {many(len(days), 'day')} change, {days[0]} to {days[-1]}:"
        f" {sums[0]} -> {sums[1]} in all"
    )
    if len(days) <= SHOWN_DAYS:
        yield from (
            f"{site}: visits of {day}: {_people(old.get(day))} -> {_people(new.get(day))}" for day in days
        )


def _people(number: float | None) -> str:
    return "not counted" if number is None else f"{number:,.0f}"
