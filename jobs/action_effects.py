"""Effects of actions, estimated once a day from the visits before and since."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from besok.analytics.effects import contribution, effect_of_action
from besok.model.actions import Action
from besok.model.arrays import Floats
from besok.model.effects import Effect, Range
from besok.model.errors import if_found
from besok.model.site import WEEKDAYS, Site, spaces_around
from besok.model.views.calendar import ActionEffect, CalendarDay
from besok.services.calendar import get_calendar_days
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import actions, effects
from besok.store.database import Database
from jobs.daily import each

DAY = timedelta(days=1)
BEFORE: Final = 3 * 365  # days before an action that are looked at
AFTER: Final = 2 * 365  # days since it; later ones tell of other things


def run(db: Database, now: datetime) -> None:
    """Estimate the effects at all sites that are due."""
    each(db, now, effects.ACTIONS, of, effects.put_action_effects)


def of(db: Database, site: Site, last: date) -> list[ActionEffect]:
    """Return the effect of each action done at a site, up to business day `last`."""
    done = [
        action for action in actions.listing(db, site.id) if action.done_since and action.done_since <= last
    ]
    missing = _missing_a_year(db, site, last)
    return [_as_effect(action, last, _effect(db, site, action, last), missing) for action in done]


def _effect(db: Database, site: Site, action: Action, last: date) -> Effect:
    assert action.done_since
    first = action.done_since - BEFORE * DAY
    final = min(last, action.done_since + AFTER * DAY)
    size = (final - first).days + 1
    at = {first + n * DAY: n for n in range(size)}
    calendar = get_calendar_days(db, site.id, first, final)
    visits, elsewhere = _series(db, site, action, first, final, at)
    return effect_of_action(
        first,
        visits,
        action.done_since,
        until=action.undone,
        acted=_days_of(action, first, size),
        elsewhere=elsewhere,
        leave_out=np.array([_is_no_measure(day) for day in calendar], dtype=np.bool_),
    )


def _days_of(action: Action, first: date, size: int) -> NDArray[np.bool_] | None:
    """Return the days that the action is about; None if it is about all."""
    if not action.weekdays:
        return None
    days = (first + n * DAY for n in range(size))
    return np.array([WEEKDAYS[day.weekday()] in action.weekdays for day in days], dtype=np.bool_)


def _is_no_measure(day: CalendarDay) -> bool:
    """Tell whether a day is excluded from comparisons: closed, or a holiday."""
    return not day.open_hours or bool(day.holiday)


def _series(
    db: Database, site: Site, action: Action, first: date, last: date, at: Mapping[date, int]
) -> tuple[Floats, Floats | None]:
    """Return visits by day of what the action is about, and of the other spaces of the site; NaN where not observed."""
    if not action.spaces:
        points = get_visits(db, site.id, first, last, "day")
        known = (p for p in points if p.gross is not None and not (p.source and p.imputed))
        return _filled({p.day: p.gross or 0.0 for p in known}, at), None
    rows = effects.entered_by_day(db, site.id, first, last)
    doors: dict[tuple[str, int], dict[date, float]] = {}
    for row in rows:
        doors.setdefault((row.space, row.portal), {})[row.day] = row.people
    around = _touching(site, action.spaces)
    mine = {portal for space, portal in doors if space in action.spaces}
    chosen = [_filled(days, at) for (space, _), days in doors.items() if space in action.spaces]
    # Who comes out of the room through its own door has not chosen another room.
    rest = [
        _filled(d, at) for (space, portal), d in doors.items() if space not in around and portal not in mine
    ]
    return _summed(chosen, len(at)), _summed(rest, len(at)) if rest else None


def _touching(site: Site, chosen: tuple[str, ...]) -> set[str]:
    """Return the chosen spaces, those around them and those within them."""
    parents = {space.id: space.parent for space in site.spaces}
    above = {*chosen, *(around for space in chosen for around in spaces_around(space, parents))}
    return above | {space for space in parents if {*spaces_around(space, parents)} & {*chosen}}


def _filled(days: Mapping[date, float], at: Mapping[date, int]) -> Floats:
    series = np.full(len(at), np.nan)
    for day, value in days.items():
        if day in at:
            series[at[day]] = value
    return series


def _summed(parts: list[Floats], size: int) -> Floats:
    """Return the daily sum of the parts; NaN where any of them was not observed."""
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64) if parts else np.full(size, np.nan)


def _missing_a_year(db: Database, site: Site, last: date) -> float:
    """Return the visits a year that are still missing to the goal; 0 without a target."""
    progress = if_found(get_progress, db, site.id, last + DAY)
    return (
        max((progress.goal_visits or 0.0) - progress.last_365, 0.0) if progress and progress.last_365 else 0.0
    )


def _as_effect(action: Action, last: date, effect: Effect, missing: float) -> ActionEffect:
    change = effect.change
    if change is None:
        return ActionEffect(action=action.id, until=last, verdict=effect.verdict)
    given: Range | None = contribution(effect, missing)
    return ActionEffect(
        action=action.id,
        until=last,
        verdict=effect.verdict,
        share=float(change.share.estimate),
        share_low=float(change.share.lower),
        share_high=float(change.share.upper),
        a_year=float(change.a_year.estimate),
        a_year_low=float(change.a_year.lower),
        a_year_high=float(change.a_year.upper),
        odds=float(change.odds),
        weeks_before=change.weeks[0],
        weeks_after=change.weeks[1],
        compared=change.compared,
        origin=effect.origin,
        of_missing=float(given.estimate) if given and effect.verdict in ("more", "fewer") else None,
        detectable=change.detectable.share if change.detectable else None,
        detectable_weeks=change.detectable.weeks if change.detectable else None,
    )
