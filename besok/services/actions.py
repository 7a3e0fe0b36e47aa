"""Requests and what was done about them, as everyone may see it."""

from datetime import date

from besok.model.views.calendar import ActionInfo
from besok.store.actions import listing
from besok.store.database import Database


def get_actions(db: Database, site: str, today: date) -> list[ActionInfo]:
    """Return what was asked for at a site and what was done by business day `today`, newest first."""
    return [
        ActionInfo(
            action=a.id,
            title=a.title,
            asked_by=a.asked_by,
            state=a.state(today),
            asked=a.asked,
            answered=a.answered,
            answer=a.answer,
            done_since=a.done_since,
            undone=a.undone,
            spaces=a.spaces,
            weekdays=a.weekdays,
            invented=a.invented,
        )
        for a in listing(db, site)
    ]
