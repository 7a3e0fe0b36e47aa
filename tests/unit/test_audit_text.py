"""Words of the audit."""

from datetime import UTC, datetime
from typing import get_args

from api.sign_in import people
from besok.model.access import Audited
from besok.store.audit import AuditEntry
from besok.text.audit_text import kinds
from besok.text.languages import speaking


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
