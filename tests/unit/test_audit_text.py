"""Words of the audit."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from api.sign_in import people
from besok.model.access import Audited
from besok.store.audit import AuditEntry
from besok.text.audit_text import PHRASES, detail, kinds
from besok.text.languages import _, speaking


def test_the_page_names_who_has_no_account_and_finds_what_they_did() -> None:
    entry = AuditEntry(
        entry_id=1, at=datetime.now(UTC), actor="public", action="count", site="lib", subject="1", detail=""
    )
    with speaking("en"):
        shown = people.audit([entry], {"actor": "public"}, None, zone="UTC", people=False)
    assert (
        "<td>not signed in</td>" in shown and 'value="not signed in"' in shown and "<td>public" not in shown
    )


def test_every_kind_of_change_has_words() -> None:
    assert kinds().keys() == set(get_args(Audited))


@pytest.mark.parametrize(
    ("action", "noted", "said"),
    [
        ("scenario", "asked: Fler: hur går det?", "frågade: Fler: hur går det?"),
        ("headcount", "1 person, by Kim", "1 person, av Kim"),
        ("headcount", "undone, Kim: fel: rum", "ångrad, Kim: fel: rum"),
        ("release", "released 3 readings of front, Kim: helg", "släppte 3 mätvärden från front, Kim: helg"),
        ("void", "Kim: prov; 2 readings from 2026-03-02 10:00 to 2026-03-02 11:00",
         "Kim: prov; 2 mätvärden från 2026-03-02 10:00 till 2026-03-02 11:00"),
        ("alert.rule", "sensor_offline", "Sensor offline"),
        ("codec", "Kim: 9f86d081", "Kim: 9f86d081"),
        ("finding.acknowledge", "Kim: removed", "Kim: removed"),
    ],
)  # fmt: skip
def test_details_are_told_in_the_language_of_the_reader(action: str, noted: str, said: str) -> None:
    with speaking("sv"):
        assert detail(action, noted) == said
    with speaking("en"):
        assert detail(action, noted) == (noted if action != "alert.rule" else "Sensor offline")
    with speaking("sv"):
        entry = AuditEntry(
            entry_id=1, at=datetime.now(UTC), actor="Kim", action=action, site="", subject="1", detail=noted
        )
        assert f"<td>{said}</td>" in people.audit([entry], {}, None, zone="UTC", people=False)


def test_phrases_are_of_kinds_of_changes_and_each_is_translated() -> None:
    assert PHRASES.keys() <= set(get_args(Audited))
    with speaking("sv"):
        assert [p.english for group in PHRASES.values() for p in group if _(p.english) == p.english] == []
