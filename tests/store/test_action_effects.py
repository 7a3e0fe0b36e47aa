"""What actions gave: computed from stored counts and kept."""

from datetime import date, datetime, timedelta

import pytest

from besok.model import sitefile
from besok.model.actions import Action
from besok.model.site import Text
from besok.store import actions, effects, sites
from besok.store.database import Database
from besok.text import narratives
from besok.text.languages import in_both
from jobs import action_effects as computing
from jobs import daily
from tests.store.by_day import FIRST, HERE, SITE, count, ordinary

DONE = date(2025, 6, 9)
LAST = date(2025, 9, 7)
NOW = datetime(2025, 9, 8, 12, tzinfo=HERE)


def action(name: str, **more: object) -> Action:
    return Action(site="lib", id=name, title=Text(sv=name, en=name), asked=FIRST, **more)  # type: ignore[arg-type]


@pytest.fixture
def library(db: Database) -> Database:
    sites.apply(db, sitefile.parse(SITE))
    days = ordinary(FIRST, (LAST - FIRST).days + 1)
    grown = {
        day: round(n * (1.3 if day >= DONE else 1.0) * (1 + 0.04 * (day.toordinal() % 3 - 1)))
        for day, n in days.items()
    }
    count(db, grown)
    return db


def test_what_was_done_is_computed_once_a_day_and_what_was_not_is_left_alone(library: Database) -> None:
    told = [
        action("longer-hours", done_since=DONE),
        action("too-new", done_since=LAST - timedelta(days=10)),
        action("nothing", done_since=date(2025, 4, 14), undone=date(2025, 5, 19)),
        action("studio", spaces=("hall",), done_since=DONE),
        action("saturdays", done_since=DONE, weekdays=("saturday",)),
        action("asked-only"),
    ]
    actions.put(library, told, "test", NOW)
    assert daily.is_due(effects.ACTIONS)(library, NOW)
    computing.run(library, NOW)
    assert not daily.is_due(effects.ACTIONS)(library, NOW)
    gave = effects.action_effects(library, "lib")
    assert gave.keys() == {"longer-hours", "too-new", "nothing", "studio", "saturdays"}
    more = gave["longer-hours"]
    assert more.verdict == "more" and more.until == LAST
    assert (
        more.share_low is not None and more.share_high is not None and more.share_low < 0.3 < more.share_high
    )
    assert more.a_year == pytest.approx(0.3 * 750 * 52, rel=0.2)
    assert gave["studio"].verdict == "more", "the hall is all there is"
    assert gave["saturdays"].verdict == "chance", "the other days rose as much"
    assert gave["too-new"].verdict == "too_early"
    assert gave["nothing"].verdict == "chance"
    said = in_both(lambda: narratives.effect_sentence(more, True))
    assert said.en.startswith("Effect so far: +3") and "more a year" in said.en and "more" not in said.sv
    assert (
        in_both(lambda: narratives.effect_sentence(gave["too-new"], True)).en
        == "It is too early to say: four weeks are needed."
    )
    assert "No clear effect" in in_both(lambda: narratives.effect_sentence(gave["nothing"], True)).en


def test_an_action_that_is_taken_back_in_the_ledger_keeps_no_effect(library: Database) -> None:
    actions.put(library, [action("longer-hours", done_since=DONE)], "test", NOW)
    computing.run(library, NOW)
    actions.put(library, [action("longer-hours")], "test", NOW)
    assert effects.action_effects(library, "lib") == {}
    actions.remove(library, "lib", "longer-hours", "test", NOW)
