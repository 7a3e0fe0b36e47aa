"""Effect of an action: visits since it was done, against what they would have been without it.

Plain arrays by day go in. Weeks are compared, counted from the day of the action, so that every week after it is whole;
each week is measured by what its observed days usually bring, so that a missing day is not a fall.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import stdtr, stdtrit

from besok.analytics.effects.moved import moved_share, origin
from besok.analytics.effects.step_model import BELIEF, EstimatedStep, estimate_step
from besok.analytics.level_shift import LEAST_WEEKS, WEEKS_A_YEAR
from besok.model.arrays import Bools, Floats
from besok.model.effects import Change, Detectable, Effect, Range, Verdict

WEEK = 7
LONGEST_BEFORE = 208  # weeks; older ones tell of another library
FEW_WEEKS = 4  # after the action, before anything is said
ENOUGH_SEEN = 0.5  # of what a week usually brings must have been observed
# A week with less than a tenth of the twenty who usually come or more: nobody could come in
SHUT, CROWD = 0.1, 20.0
OTHER_PLACES = 1.8  # the mean square of placebos to believe beside other places: each has breaks of its own
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
    controls: Floats | None = None,
    leave_out: Bools | None = None,
) -> Effect:
    """Return the effect of something done from `since` on (to the day before `until`, if it was undone).

    `visits` are those of the spaces acted in, by day from `first` on, NaN where not observed. `acted` marks the days
    that the action is about (Sundays, say); the other days are then the comparison, and where moved visits would come
    from. `elsewhere` are visits by day of other spaces of the site, from which some may have moved; they are no
    comparison, for who comes for one room also walks through others. `controls` (days, or days x places) are of places
    that the action cannot have touched. `leave_out` marks days that say nothing: closed, holidays, events.
    """
    use = _use(visits, leave_out, until, first)
    days = np.ones(len(visits), bool) if acted is None else acted
    target = np.where(days, use, np.nan)
    lay = _Weeks(first=first, since=since, n=len(visits))
    outside = None if controls is None else np.asarray(controls, float).reshape(len(visits), -1)
    verdict = lay.early(target)
    if verdict:
        return Effect(verdict=verdict)
    beside = None if days.all() else np.where(days, np.nan, use)
    change = _change(lay, target, outside, beside)
    if change is None:
        return Effect(verdict="too_little_before")
    verdict = "chance" if change.share.lower <= 0 <= change.share.upper else _sign(change)
    rooms = None if elsewhere is None else _use(elsewhere, leave_out, until, first)
    if beside is None and rooms is None:
        return Effect(verdict=verdict, change=change)
    rest, whole = _rest(use, rooms, days), use if rooms is None else use + rooms
    others, net = _change(lay, rest, outside), _change(lay, whole, outside)
    if not others or verdict != "more":
        return Effect(verdict=verdict, change=change, elsewhere=others, net=net)
    moved = moved_share(change.a_year.estimate, others.a_year)
    whence = origin(moved, grew=net is not None and net.a_year.lower > 0)
    return Effect(verdict=verdict, change=change, elsewhere=others, net=net, moved=moved, origin=whence)


def _rest(use: Floats, rooms: Floats | None, days: Bools) -> Floats:
    """Visits that the action is not about: of other days, of other rooms, or of both."""
    if rooms is None:
        return np.where(days, np.nan, use)
    return np.where(days, rooms, use + rooms)


def contribution(effect: Effect, missing_a_year: float) -> Range | None:
    """Return what share of the visits a year that are still missing the action gives; its net effect where that is
    known.

    None where nothing is missing or nothing can be said.
    """
    change = effect.net or effect.change
    return change.a_year.times(1 / missing_a_year) if change and missing_a_year > 0 else None


def _sign(change: Change) -> Verdict:
    return "more" if change.share.estimate > 0 else "fewer"


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


def _change(
    lay: _Weeks, visits: Floats, outside: Floats | None, beside: Floats | None = None
) -> Change | None:
    """Return the change of visits: by controls that were not acted on, else by the days beside, else by their
    own past.
    """
    log, noise = lay.index(visits)
    after = lay.numbers >= 0
    control, share_beside = None, 0.0
    if outside is not None:
        control = np.stack([lay.index(column)[0] for column in outside.T], axis=1)
    elif beside is not None:
        control = lay.index(beside)[0][:, None]
        share_beside = lay.weekly(visits) / max(lay.weekly(beside), 1e-9)
    # The step of the series less the mean of its controls, which are taken to move alike without the action.
    found = estimate_step(
        log if control is None else log - _mean(control),
        after,
        noise=noise,
        turn=lay.turn_of_year,
        belief=OTHER_PLACES if outside is not None else BELIEF,
    )
    if found is None:
        return None
    return _told(lay, visits, found, (log, after), control is not None, share_beside)


def _mean(control: Floats) -> Floats:
    seen = ~np.isnan(control)
    return np.where(seen.any(axis=1), np.nansum(control, axis=1) / np.maximum(seen.sum(axis=1), 1), np.nan)


def _told(
    lay: _Weeks,
    visits: Floats,
    found: EstimatedStep,
    at: tuple[Floats, Bools],
    controlled: bool,
    share_beside: float,
) -> Change:
    reach = float(stdtrit(found.freedom, 0.975)) * found.error
    lower, size, upper = found.size - reach, found.size, found.size + reach
    if lower > 0:
        # Were all of it moved from the days beside, they fell by so much, and the difference says too much.
        lower /= 1 + share_beside
    share = Range(estimate=float(np.expm1(size)), lower=float(np.expm1(lower)), upper=float(np.expm1(upper)))
    year = lay.weekly(visits) * WEEKS_A_YEAR
    log, after = at
    weeks = int((~np.isnan(log) & ~after).sum()), int((~np.isnan(log) & after).sum())
    t = found.size / max(found.error, 1e-12)
    return Change(
        share=share,
        a_year=Range(
            estimate=-year * float(np.expm1(-size)),
            lower=-year * float(np.expm1(-lower)),
            upper=-year * float(np.expm1(-upper)),
        ),
        odds=float(stdtr(found.freedom, t)),
        p=float(2 * stdtr(found.freedom, -abs(t))),
        weeks=weeks,
        compared="controls" if controlled else "history",
        placebos=len(found.placebos),
        widened=found.widened,
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
