"""What an action gave: visits since it was done, against what they would have been without it.

Plain arrays by day go in. Weeks are compared, counted from the day of the action, so that every week after it is whole;
each week is measured by what its observed days usually bring, so that a missing day is not a fall.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from scipy.special import stdtr, stdtrit

from core.analytics.effects.step import FEWEST, Flags, Floats, Step, step

WEEK = 7
WEEKS_A_YEAR = 365.25 / 7
LONGEST_BEFORE = 208  # weeks; older ones tell of another house
FEW_WEEKS = 4  # after the action, before anything is said
ENOUGH_SEEN = 0.5  # of what a week usually brings must have been observed
LEAST = 5.0  # visits a week before the action, to compare with

Verdict = Literal["more", "fewer", "chance", "too_early", "too_little_before", "nothing_before"]
Moved = Literal["new", "moved", "partly", "cannot_tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """An estimate with the bounds of its 95 % interval."""

    estimate: float
    lower: float
    upper: float

    def times(self, factor: float) -> "Range":
        """The same in other units (`factor` above zero)."""
        return Range(estimate=self.estimate * factor, lower=self.lower * factor, upper=self.upper * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How far visits changed: as a share (0.1: a tenth more) and in visits a year; `odds` that they rose at all.

    `weeks` are the weeks before and after, `compared` what the change was judged by: "controls" (what was not acted on)
    or "history" (the own past). `p` is how often chance alone would show as much.
    """

    share: Range
    a_year: Range
    odds: float
    p: float
    weeks: tuple[int, int]
    compared: Literal["controls", "history"]
    placebos: int
    widened: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect of an action. `change` is None where the verdict says why; others only where there are any.

    `elsewhere` is the change of the other days or spaces of the house, from which visits may have moved; `moved` the
    share of the gain that came from there (0..1 with its interval), `net` the change of the whole.
    """

    verdict: Verdict
    change: Change | None = None
    elsewhere: Change | None = None
    net: Change | None = None
    moved: Range | None = None
    origin: Moved | None = None


def effect_of_action(
    first: date,
    visits: Floats,
    since: date,
    *,
    until: date | None = None,
    acted: Flags | None = None,
    elsewhere: Floats | None = None,
    controls: Floats | None = None,
    leave_out: Flags | None = None,
) -> Effect:
    """The effect of something done from `since` on (to the day before `until`, if it was undone).

    `visits` are those of the spaces acted in, by day from `first` on, NaN where not observed. `acted` marks the days
    that the action is about (Sundays, say); the other days are then the comparison, and where moved visits would come
    from. `elsewhere` are visits by day of other spaces of the house, `controls` (days, or days x places) of places that
    the action cannot have touched. `leave_out` marks days that say nothing: closed, holidays, events.
    """
    use = _use(visits, leave_out, until, first)
    days = np.ones(len(visits), bool) if acted is None else acted
    target = np.where(days, use, np.nan)
    there = [] if days.all() else [np.where(days, np.nan, use)]
    if elsewhere is not None:
        there.append(_use(elsewhere, leave_out, until, first))
    lay = _Weeks(first=first, since=since, n=len(visits))
    outside = None if controls is None else np.asarray(controls, float).reshape(len(visits), -1)
    verdict = lay.early(target)
    if verdict:
        return Effect(verdict=verdict)
    change = _change(lay, target, outside, there)
    if change is None:
        return Effect(verdict="too_little_before")
    verdict = "chance" if change.share.lower <= 0 <= change.share.upper else _sign(change)
    if not there:
        return Effect(verdict=verdict, change=change)
    others = _change(lay, _sum(there), outside, [])
    net = _change(lay, _sum([target, *there]), outside, [])
    moved, origin = _moved(change, others, net) if others and verdict == "more" else (None, None)
    return Effect(verdict=verdict, change=change, elsewhere=others, net=net, moved=moved, origin=origin)


def contribution(effect: Effect, missing_a_year: float) -> Range | None:
    """What share of the visits a year that are still missing the action gives; its net effect where that is known.

    None where nothing is missing or nothing can be said.
    """
    change = effect.net or effect.change
    return change.a_year.times(1 / missing_a_year) if change and missing_a_year > 0 else None


def _sign(change: Change) -> Verdict:
    return "more" if change.share.estimate > 0 else "fewer"


def _use(visits: Floats, leave_out: Flags | None, until: date | None, first: date) -> Floats:
    """The visits with the days that say nothing taken out."""
    out = np.where(leave_out, np.nan, visits) if leave_out is not None else np.array(visits, float)
    if until is not None:
        out[max((until - first).days, 0) :] = np.nan
    return out


def _sum(parts: list[Floats]) -> Floats:
    """Visits of all parts together, each day by the parts that have it; NaN if none has."""
    stack = np.stack(parts)
    seen = ~np.isnan(stack)
    total: Floats = np.where(seen.any(axis=0), np.nansum(stack, axis=0), np.nan)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weeks:
    """Weeks counted from the day of the action: 0 is the first with it."""

    first: date
    since: date
    n: int

    @property
    def week(self) -> np.ndarray:
        offset = (self.first - self.since) // timedelta(days=1)
        return np.floor_divide(np.arange(self.n) + offset, WEEK)

    @property
    def numbers(self) -> np.ndarray:
        week = self.week
        return np.arange(max(week[0], -LONGEST_BEFORE), week[-1] + 1)

    def usual(self, visits: Floats) -> Floats:
        """What each day usually brought before the action, by its weekday; NaN where that is not known."""
        day = np.arange(self.n) % WEEK
        before = (self.week < 0) & (self.week >= -LONGEST_BEFORE)
        usual = np.full(WEEK, np.nan)
        for weekday in range(WEEK):
            seen = visits[before & (day == weekday)]
            seen = seen[~np.isnan(seen)]
            if len(seen):
                usual[weekday] = max(float(np.mean(seen[-2 * 52 :])), 0.0)
        return usual[day]

    def early(self, visits: Floats) -> Verdict | None:
        """Why nothing can be said, if so."""
        seen, week = ~np.isnan(visits), self.week
        if len(np.unique(week[seen & (week >= 0)])) < FEW_WEEKS:
            return "too_early"
        before = np.unique(week[seen & (week < 0)])
        if len(before) < FEWEST:
            return "too_little_before"
        if np.nansum(np.where(week < 0, visits, 0.0)) < LEAST * len(before):
            return "nothing_before"
        return None

    def index(self, visits: Floats) -> tuple[Floats, Floats]:
        """The log of each week's visits by what its observed days usually bring, and the variance of its chance."""
        usual = self.usual(visits)
        known = ~np.isnan(visits) & ~np.isnan(usual)
        place = self.week - self.numbers[0]
        inside = known & (place >= 0)
        size = len(self.numbers)
        came = np.bincount(place[inside], visits[inside], size)
        stood = np.bincount(place[inside], usual[inside], size)
        whole = float(np.nanmax(stood)) if size else 0.0
        seen = stood > ENOUGH_SEEN * whole
        log = np.full(size, np.nan)
        log[seen] = np.log((came[seen] + 0.5) / (stood[seen] + 0.5))
        return log, np.where(seen, whole / np.maximum(stood, 1e-9), 1.0)

    def weekly(self, visits: Floats) -> float:
        """Visits in an average whole week since the action."""
        log, _ = self.index(visits)
        usual = self.usual(visits)[:WEEK]
        after = log[self.numbers >= 0]
        return float(np.nansum(usual) * np.exp(after[~np.isnan(after)]).mean())


def _change(lay: _Weeks, visits: Floats, outside: Floats | None, beside: list[Floats]) -> Change | None:
    """The change of visits: by controls that were not acted on, else by the days beside, else by their own past."""
    log, noise = lay.index(visits)
    after = lay.numbers >= 0
    control, share_beside = None, 0.0
    if outside is not None:
        control = np.stack([lay.index(column)[0] for column in outside.T], axis=1)
    elif beside:
        rest = _sum(beside)
        control = lay.index(rest)[0][:, None]
        share_beside = lay.weekly(visits) / max(lay.weekly(rest), 1e-9)
    found = _against(log, after, noise, control)
    if found is None:
        return None
    return _told(lay, visits, found, (log, after), control is not None, share_beside)


def _against(log: Floats, after: Flags, noise: Floats, control: Floats | None) -> Step | None:
    """The step of the series less the mean of its controls, which are taken to move alike without the action."""
    rest = log if control is None else log - _mean(control)
    return step(rest, after, noise=noise, steps_a_year=WEEKS_A_YEAR)


def _mean(control: Floats) -> Floats:
    seen = ~np.isnan(control)
    return np.where(seen.any(axis=1), np.nansum(control, axis=1) / np.maximum(seen.sum(axis=1), 1), np.nan)


def _told(
    lay: _Weeks, visits: Floats, found: Step, at: tuple[Floats, Flags], controlled: bool, share_beside: float
) -> Change:
    reach = float(stdtrit(found.freedom, 0.975)) * found.error
    lower, size, upper = found.size - reach, found.size, found.size + reach
    if lower > 0:
        # Were all of it moved from the days beside, they fell by so much, and the difference says too much.
        lower /= 1 + share_beside
    share = Range(estimate=np.expm1(size), lower=np.expm1(lower), upper=np.expm1(upper))
    year = lay.weekly(visits) * WEEKS_A_YEAR
    log, after = at
    t = found.size / max(found.error, 1e-12)
    known = ~np.isnan(log)
    return Change(
        share=share,
        a_year=Range(estimate=year * -np.expm1(-size), lower=year * -np.expm1(-lower), upper=year * -np.expm1(-upper)),
        odds=float(stdtr(found.freedom, t)),
        p=float(2 * stdtr(found.freedom, -abs(t))),
        weeks=(int((known & ~after).sum()), int((known & after).sum())),
        compared="controls" if controlled else "history",
        placebos=len(found.placebos),
        widened=found.widened,
    )


def _moved(change: Change, others: Change, net: Change | None) -> tuple[Range, Moved]:
    """What share of the gain came from elsewhere, 0..1, and what can be said of it."""
    gain = max(change.a_year.estimate, 1e-9)
    share = Range(
        estimate=float(np.clip(-others.a_year.estimate / gain, 0, 1)),
        lower=float(np.clip(-others.a_year.upper / gain, 0, 1)),
        upper=float(np.clip(-others.a_year.lower / gain, 0, 1)),
    )
    if share.upper < 0.5 or (net is not None and net.a_year.lower > 0 and share.lower == 0):
        return share, "new"
    if share.lower > 0.5:
        return share, "moved"
    return share, "partly" if share.lower > 0 else "cannot_tell"
