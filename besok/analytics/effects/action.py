"""Effect of an action: visits since it was done, against what they would have been without it.

Plain arrays by day go in. Weeks are compared, counted from the day of the action, so that every week after it is whole;
each week is measured by what its observed days usually bring, so that a missing day is not a fall.
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
LONGEST_BEFORE = 208  # weeks; older ones tell of another library
FEW_WEEKS = 4  # after the action, before anything is said
ENOUGH_SEEN = 0.5  # of what a week usually brings must have been observed
# A week with less than a tenth of the twenty who usually come or more: nobody could come in
SHUT, CROWD = 0.1, 20.0
# The turn of the year, from Advent to Epiphany (month, day): unknown at a library that has seen none.
ADVENT, EPIPHANY = (11, 27), (1, 6)
WORTHWHILE, POWER = 0.2, 0.8  # the effect of which it is told when it would show, and how probably
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
    that the action is about (Sundays, say); the other days are then the comparison, and where moved visits would come
    from. `elsewhere` are visits by day of other spaces of the site, from which some may have moved; they are no
    comparison, for who comes for one room also walks through others. `leave_out` marks days that say nothing: closed,
    holidays, events.
    """
    use = _use(visits, leave_out, until, first)
    days = np.ones(len(visits), bool) if acted is None else acted
    target = np.where(days, use, np.nan)
    lay = _Weeks(first=first, since=since, n=len(visits))
    if early := lay.early(target):
        return Effect(verdict=early)
    change = _change(lay, target, None if days.all() else np.where(days, np.nan, use))
    if change is None:
        return Effect(verdict="too_little_before")
    low, high = change.share.lower, change.share.upper
    verdict: Verdict = "more" if low > 0 else "fewer" if high < 0 else "chance"
    if days.all() and elsewhere is None:
        return Effect(verdict=verdict, change=change)
    rooms, whole = np.full(len(use), np.nan), use
    if elsewhere is not None:
        rooms = _use(elsewhere, leave_out, until, first)
        whole = use + rooms
    others, net = _change(lay, np.where(days, rooms, whole)), _change(lay, whole)
    if not others or verdict != "more":
        return Effect(verdict=verdict, change=change, elsewhere=others, net=net)
    moved = moved_share(change.a_year.estimate, others.a_year)
    whence = origin(moved, grew=net is not None and net.a_year.lower > 0)
    return Effect(verdict=verdict, change=change, elsewhere=others, net=net, moved=moved, origin=whence)


def contribution(effect: Effect, missing_a_year: float) -> Range | None:
    """Return what share of the visits a year that are still missing the action gives; its net effect where that is
    known.

    None where nothing is missing or nothing can be said.
    """
    change = effect.net or effect.change
    return change.a_year.times(1 / missing_a_year) if change and missing_a_year > 0 else None


def _use(visits: Floats, leave_out: Bools | None, until: date | None, first: date) -> Floats:
    """Return the visits with the days that say nothing taken out."""
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
        """The share of each week that lies in the turn of the year."""
        begin = self.since + timedelta(days=int(self.numbers[0]) * WEEK)
        days = (begin + timedelta(days=n) for n in range(len(self.numbers) * WEEK))
        within = [(day.month, day.day) >= ADVENT or (day.month, day.day) <= EPIPHANY for day in days]
        share: Floats = np.reshape(within, (-1, WEEK)).mean(axis=1)
        return share

    def usual(self, visits: Floats) -> Floats:
        """Return what each day usually brought before the action, by its weekday; NaN where that is not known."""
        usual = np.full(WEEK, np.nan)
        before = np.where((self.week < 0) & (self.week >= -LONGEST_BEFORE), visits, np.nan)
        for weekday in range(WEEK):
            seen = before[weekday::WEEK]
            if not np.isnan(seen).all():
                usual[weekday] = seen[~np.isnan(seen)][-2 * 52 :].mean()
        return usual[np.arange(self.n) % WEEK]

    def early(self, visits: Floats) -> Verdict | None:
        """Return why nothing can be said, if so."""
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
        """Return the log of each week's visits by what its observed days usually bring, and the variance of its
        chance.
        """
        usual = self.usual(visits)
        known = ~np.isnan(visits) & ~np.isnan(usual)
        place = self.week - self.numbers[0]
        inside = known & (place >= 0)
        size = len(self.numbers)
        came = np.bincount(place[inside], visits[inside], size)
        stood = np.bincount(place[inside], usual[inside], size)
        whole = float(np.nanmax(stood)) if size else 0.0
        seen = stood > ENOUGH_SEEN * whole
        for side in (self.numbers < 0, self.numbers >= 0):
            shut = side & seen & (stood > CROWD) & (came < SHUT * stood)
            if shut.sum() < seen[side].sum() / 2:
                seen &= ~shut
        log = np.full(size, np.nan)
        log[seen] = np.log((came[seen] + 0.5) / (stood[seen] + 0.5))
        return log, np.where(seen, whole / np.maximum(stood, 1e-9), 1.0)

    def weekly(self, visits: Floats) -> float:
        """Visits in an average whole week since the action."""
        log, _ = self.index(visits)
        usual = self.usual(visits)[:WEEK]
        after = log[self.numbers >= 0]
        return float(np.nansum(usual) * np.exp(after[~np.isnan(after)]).mean())


def _change(lay: _Weeks, visits: Floats, beside: Floats | None = None) -> Change | None:
    """Return the change of visits, by the days beside where there are any, else by their own past."""
    log, noise = lay.index(visits)
    share_beside = 0.0
    if beside is not None:  # they are taken to move alike without the action
        log = log - lay.index(beside)[0]
        share_beside = lay.weekly(visits) / max(lay.weekly(beside), 1e-9)
    after = lay.numbers >= 0
    found = estimate_step(log, after, noise=noise, turn=lay.turn_of_year)
    if found is None:
        return None
    reach = float(stdtrit(found.freedom, 0.975)) * found.error
    lower, size, upper = found.size - reach, found.size, found.size + reach
    if lower > 0:
        # Were all of it moved from the days beside, they fell by so much, and the difference says too much.
        lower /= 1 + share_beside
    year = lay.weekly(visits) * WEEKS_A_YEAR
    share, given = (
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
        a_year=given,
        odds=float(stdtr(found.freedom, found.size / max(found.error, 1e-12))),
        weeks=weeks,
        compared="history" if beside is None else "controls",
        detectable=_detectable(found, weeks[1]),
    )


def _detectable(found: EstimatedStep, weeks: int) -> Detectable | None:
    """Return when an effect of `WORTHWHILE` would show; where no horizon is enough, what would at the last."""
    enough = float(stdtrit(found.freedom, 0.975) + stdtrit(found.freedom, POWER))
    shows = {
        w: float(np.expm1(enough * error))
        for w, error in {weeks: found.error, **found.later}.items()
        if w >= weeks
    }
    for after, share in sorted(shows.items()):
        if share <= WORTHWHILE:
            return Detectable(share=WORTHWHILE, weeks=after)
    return Detectable(share=shows[max(shows)], weeks=max(shows)) if len(shows) > 1 else None
