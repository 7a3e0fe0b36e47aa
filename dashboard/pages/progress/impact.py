"""The tab *Impact*: what residents asked for, what was done, and what difference it and events made."""

from datetime import date, datetime
from typing import Any

from dash import html

from besok.model.site import Site, Text
from besok.services.actions import get_actions
from besok.services.calendar import get_event_effects
from besok.services.places import get_spaces
from besok.store import effects
from besok.store.database import Database
from besok.text import narratives
from dashboard.components import ledger, programme_effects
from dashboard.figures.target_trajectory import WHOLE_YEAR
from dashboard.pages.progress.target import DAY

EVENTS = 12  # the newest ones that are shown


def parts(db: Database, place: Site, title: str, today: date, now: datetime) -> list[Any]:
    """Return requests and actions first."""
    spaces = {space.space: space.name for space in get_spaces(db, place.id)}
    events = get_event_effects(db, place.id, now - WHOLE_YEAR * DAY, now)[:EVENTS]
    return [
        html.H1(title),
        _ledger(db, place.id, today, spaces),
        programme_effects.section(events, place, spaces),
    ]


def _ledger(db: Database, site: str, today: date, spaces: dict[str, Text]) -> Any:
    actions = get_actions(db, site, today)
    full = {action.action: not action.spaces for action in actions}
    known = effects.action_effects(db, site)
    texts = {name: narratives.effect_sentence(effect, full.get(name, True)) for name, effect in known.items()}
    measured = {name for name, effect in known.items() if effect.share is not None}
    return ledger.section(site, actions, texts, measured, spaces)
