"""The ledger of actions, as everyone may see it."""

from datetime import date

from besok.model.views.calendar import ActionInfo
from besok.store import actions as ledger
from besok.store.database import Database


def actions(db: Database, site: str, today: date) -> list[ActionInfo]:
    """What was asked for at a site and what became of it by business day `today`, newest first."""
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
        for a in ledger.listing(db, site)
    ]
