"""Requests and what was done about them, as everyone may see it."""

from datetime import date

from besok.model.views.calendar import ActionInfo
from besok.model.views.like import like
from besok.store.actions import listing
from besok.store.database import Database


def get_actions(db: Database, site: str, today: date) -> list[ActionInfo]:
    """Return the actions of a site with their state on business day `today`, newest first."""
    return [
        like(ActionInfo, action, action=action.id, state=action.state(today)) for action in listing(db, site)
    ]
