"""Effect of an action: visits since it was done, against what they would have been without it.

Plain arrays by day go in. Weeks are compared, counted from the day of the action, so that every week after it is
complete; each is relative to the usual visits of its observed days, so that a missing day is not a fall.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import stdtr, stdtrit

from besok.analytics.effects.moved import moved_share, origin
from besok.analytics.effects.step_model import EstimatedStep, estimate_step
from besok.analytics.level_shift import LEAST_WEEKS, WEEKS_A_YEAR
from besok.model.arrays import Bools, Floats
from besok.model.effects import Change, Detectable, Effect, Range, Verdict

WEEK = 7
LONGEST_BEFORE = 208  # weeks; older ones are not comparable
FEW_WEEKS = 4  # after the action, fewest for a result
ENOUGH_SEEN = 0.5  # of the usual visits of a week must have been observed
# A week with less than a tenth of the twenty who usually come or more: nobody could come in
SHUT, CROWD = 0.1, 20.0
# The turn of the year, from Advent to Epiphany (month, day): unknown at a library that has seen none.
ADVENT, EPIPHANY = (11, 27), (1, 6)
WORTHWHILE, POWER = 0.2, 0.8  # the effect for which `detectable` is given, and its probability of detection
LEAST = 5.0  # visits a week before the action, to compare with


def effect_of_action(
    first: date,
    visits: Floats,
    since: date,
    *,
    until: date | None = None,
    acted: Bools | None = None,
    elsewhere: Floats | None = None,
    leave_out: Bools | None = None,
) -> Effect:
    """Return the effect of something done from `since` on (to the day before `until`, if it was undone).

    `visits` are those of the spaces acted in, by day from `first` on, NaN where not observed. `acted` marks the days
    concerned (Sundays, say); the other days are then the comparison, and the source of moved visits. `elsewhere` are
    visits by day of other spaces of the site, from which some may have moved; they are not a comparison, since visitors
    of one room also walk through others. `leave_out` marks days to ignore: closed, holidays, events.
    """
    use = _use(visits, leave_out, until, first)
    days = np.ones(len(visits), bool) if acted is None else acted
    target = np.where(days, use, np.nan)
    weeks = _Weeks(first=first, since=since, n=len(visits))
    if early := weeks.early(target):
        return Effect(verdict=early)
    change = _change(weeks, target, None if days.all() else np.where(days, np.nan, use))
    if change is None:
        return Effect(verdict="too_little_before")
    low, high = change.share.lower, change.share.upper
    verdict: Verdict = "more" if low > 0 else "fewer" if high < 0 else "chance"
    if days.all() and elsewhere is None:
        return Effect(verdict=verdict, change=change)
    rooms, everywhere = np.full(len(use), np.nan), use
    if elsewhere is not None:
        rooms = _use(elsewhere, leave_out, until, first)
        everywhere = use + rooms
    others, net = _change(weeks, np.where(days, rooms, everywhere)), _change(weeks, everywhere)
    if not others or verdict != "more":
        return Effect(verdict=verdict, change=change, elsewhere=others, net=net)
    moved = moved_share(change.a_year.estimate, others.a_year)
    source = origin(moved, grew=net is not None and net.a_year.lower > 0)
    return Effect(verdict=verdict, change=change, elsewhere=others, net=net, moved=moved, origin=source)


def contribution(effect: Effect, missing_a_year: float) -> Range | None:
    """Return the share of the missing visits a year that the action adds, by its net effect where known; else None."""
    change = effect.net or effect.change
    return change.a_year.times(1 / missing_a_year) if change and missing_a_year > 0 else None


def _use(visits: Floats, leave_out: Bools | None, until: date | None, first: date) -> Floats:
    """Return the visits without ignored days."""
    out = np.where(leave_out, np.nan, visits) if leave_out is not None else np.array(visits, float)
    if until is not None:
        out[max((until - first).days, 0) :] = np.nan
    return out


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

    @property
    def turn_of_year(self) -> Floats:
        """Share of each week within the turn of the year."""
        begin = self.since + timedelta(days=int(self.numbers[0]) * WEEK)
        days = (begin + timedelta(days=n) for n in range(len(self.numbers) * WEEK))
        within = [(day.month, day.day) >= ADVENT or (day.month, day.day) <= EPIPHANY for day in days]
        share: Floats = np.reshape(within, (-1, WEEK)).mean(axis=1)
        return share

    def usual(self, visits: Floats) -> Floats:
        """Return the usual visits of each day before the action, by its weekday; NaN where unknown."""
        usual = np.full(WEEK, np.nan)
        before = np.where((self.week < 0) & (self.week >= -LONGEST_BEFORE), visits, np.nan)
        for weekday in range(WEEK):
            seen = before[weekday::WEEK]
            if not np.isnan(seen).all():
                usual[weekday] = seen[~np.isnan(seen)][-2 * 52 :].mean()
        return usual[np.arange(self.n) % WEEK]

    def early(self, visits: Floats) -> Verdict | None:
        """Return why there can be no result yet, or None."""
        seen, week = ~np.isnan(visits), self.week
        if not seen.any():
            return "not_observed"
        if len(np.unique(week[seen & (week >= 0)])) < FEW_WEEKS:
            return "too_early"
        before = np.unique(week[seen & (week < 0)])
        if len(before) < LEAST_WEEKS:
            return "too_little_before"
        if np.nansum(np.where(week < 0, visits, 0.0)) < LEAST * len(before):
            return "nothing_before"
        return None

    def index(self, visits: Floats) -> tuple[Floats, Floats]:
        """Return the log of each week's visits relative to the usual ones of its observed days, and its variance."""
        usual = self.usual(visits)
        known = ~np.isnan(visits) & ~np.isnan(usual)
        position = self.week - self.numbers[0]
        inside = known & (position >= 0)
        size = len(self.numbers)
        visits_sum = np.bincount(position[inside], visits[inside], size)
        usual_sum = np.bincount(position[inside], usual[inside], size)
        full = float(np.nanmax(usual_sum)) if size else 0.0
        seen = usual_sum > ENOUGH_SEEN * full
        for side in (self.numbers < 0, self.numbers >= 0):
            closed = side & seen & (usual_sum > CROWD) & (visits_sum < SHUT * usual_sum)
            if closed.sum() < seen[side].sum() / 2:
                seen &= ~closed
        log = np.full(size, np.nan)
        log[seen] = np.log((visits_sum[seen] + 0.5) / (usual_sum[seen] + 0.5))
        return log, np.where(seen, full / np.maximum(usual_sum, 1e-9), 1.0)

    def weekly(self, visits: Floats) -> float:
        """Return the visits in an average full week since the action."""
        log, _ = self.index(visits)
        usual = self.usual(visits)[:WEEK]
        after = log[self.numbers >= 0]
        return float(np.nansum(usual) * np.exp(after[~np.isnan(after)]).mean())


def _change(grid: _Weeks, visits: Floats, controls: Floats | None = None) -> Change | None:
    """Return the change of visits, relative to the `controls` days if given, else to their own past."""
    log, noise = grid.index(visits)
    control_share = 0.0
    if controls is not None:  # assumed to change alike without the action
        log = log - grid.index(controls)[0]
        control_share = grid.weekly(visits) / max(grid.weekly(controls), 1e-9)
    after = grid.numbers >= 0
    step = estimate_step(log, after, noise=noise, turn=grid.turn_of_year)
    if step is None:
        return None
    reach = float(stdtrit(step.freedom, 0.975)) * step.error
    lower, size, upper = step.size - reach, step.size, step.size + reach
    if lower > 0:
        # If all of it moved from the control days, these fell by as much, and the difference is too large.
        lower /= 1 + control_share
    year = grid.weekly(visits) * WEEKS_A_YEAR
    share, a_year = (
        Range(
            estimate=f * float(np.expm1(k * size)),
            lower=f * float(np.expm1(k * lower)),
            upper=f * float(np.expm1(k * upper)),
        )
        for f, k in ((1.0, 1), (-year, -1))
    )
    known = ~np.isnan(log)
    weeks = int((known & ~after).sum()), int((known & after).sum())
    return Change(
        share=share,
        a_year=a_year,
        odds=float(stdtr(step.freedom, step.size / max(step.error, 1e-12))),
        weeks=weeks,
        compared="history" if controls is None else "controls",
        detectable=_detectable(step, weeks[1]),
    )


def _detectable(step: EstimatedStep, weeks: int) -> Detectable | None:
    """Return when an effect of `WORTHWHILE` is detectable; if never, the effect detectable at the last horizon."""
    enough = float(stdtrit(step.freedom, 0.975) + stdtrit(step.freedom, POWER))
    shows = {
        w: float(np.expm1(enough * error))
        for w, error in {weeks: step.error, **step.later}.items()
        if w >= weeks
    }
    for after, share in sorted(shows.items()):
        if share <= WORTHWHILE:
            return Detectable(share=WORTHWHILE, weeks=after)
    return Detectable(share=shows[max(shows)], weeks=max(shows)) if len(shows) > 1 else None
