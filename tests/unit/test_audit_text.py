"""Words of the audit."""

import ast
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args, get_type_hints

from api.sign_in import people
from besok.model import audited
from besok.model.access import Audited, Grant
from besok.model.actions import Action
from besok.model.messages import Translatable
from besok.model.site import PayloadMapping, Portal, Sensor, Site, Space, Target, VisitDefinition, WeekHours
from besok.store import audit
from besok.store.audit import AuditEntry
from besok.text import site_words
from besok.text.audit_text import detail, kinds
from besok.text.languages import speaking

BESOK: Final = Path(__file__).parents[2] / "besok"


def test_the_page_names_who_has_no_account_and_finds_what_they_did() -> None:
    entry = AuditEntry(
        entry_id=1, at=datetime.now(UTC), actor="public", action="count", site="lib", subject="1", detail=""
    )
    with speaking("en"):
        shown = people.audit([entry], {"actor": "public"}, None, {}, zone="UTC", people=True)
    assert (
        "<td>not signed in</td>" in shown and 'value="not signed in"' in shown and "<td>public" not in shown
    )


def test_sites_have_their_names_and_one_of_them_can_be_chosen() -> None:
    entry = AuditEntry(
        entry_id=1, at=datetime.now(UTC), actor="ada", action="site", site="lib", subject="lib", detail=""
    )
    gone = replace(entry, site="old", subject="lib")
    sites = {"lib": "City Library", "park": "Park"}
    with speaking("en"):
        shown = people.audit([entry, gone], {"site": "lib"}, None, sites, zone="UTC", people=False)
        of_all = people.audit([], {}, None, sites, zone="UTC", people=True)
        of_removed = people.audit([], {"site": "old"}, None, sites, zone="UTC", people=True)
    assert "<td>City Library</td><td>City Library</td>" in shown and "<td>old</td><td>lib</td>" in shown
    assert '<option value="lib" selected>City Library</option>' in shown and "all sites" not in shown
    assert '<option value="" selected>all sites</option>' in of_all
    assert '<option value="old" selected>old</option>' in of_removed


def test_every_kind_of_change_has_words() -> None:
    assert kinds().keys() == set(get_args(Audited))


def test_details_are_in_the_language_of_the_reader() -> None:
    hours = audited.CHANGED(
        field=audited.word("field", "monday"),
        before=audited.word("monday", "09:00-26:00"),
        after=audited.word("monday", "closed"),
    )
    roles = audited.listed(audited.granted(Grant(role="admin", site="lib")), audited.NO_ROLE)
    noted = audited.said("Kim", hours, audited.UNDONE, roles, "the wrong {door}: undone")
    assert str(noted) == (
        "Kim: monday: 09:00-26:00 → closed, undone, admin@lib, no role, the wrong {door}: undone"
    )
    with speaking("sv"):
        assert detail(noted) == (
            "Kim: måndag: 09:00–02:00 → stängt, ångrat, administratör (lib), ingen roll, the wrong {door}: undone"
        )


def test_every_field_of_a_site_and_an_action_has_words() -> None:
    """But those of mappings, which no page shows or edits: they are called as in the site file."""
    named = (Site, WeekHours, Target, VisitDefinition, Space, Portal, Sensor, Action)
    in_files = {one.name for one in fields(PayloadMapping)}
    assert {one.name for kind in named for one in fields(kind)} - in_files <= site_words.fields().keys()


def untranslated(source: str) -> list[str]:
    """Return the texts of a module that would come into details of the audit in English alone."""
    noted: list[ast.expr] = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func).rpartition(".")[2]
        if name in ("note", "_change", "_noted", "_write"):
            noted += [*call.args[4:], *(k.value for k in call.keywords if k.arg == "detail")]
        elif name in ("listed", "said"):
            noted += call.args
        elif name == "Translatable" and not isinstance(call.args[0], ast.Constant):
            noted += call.args[:1]
    texts = [one for one in noted if isinstance(one, ast.JoinedStr | ast.Constant)]
    return [text for text in map(ast.unparse, texts) if re.search("[a-z]{2}", re.sub("{.*?}", "", text[1:]))]


def test_no_detail_is_written_in_english_alone() -> None:
    """Types keep other texts out: what is noted is a `Translatable`, and each of those has a translation."""
    wrong = 'audit.note(conn, "void", "1", detail="lost")\nnote(detail=said(who, f"lost {n}", audited.ENDED, what))'
    assert untranslated(wrong) == ["'lost'", "f'lost {n}'"]
    found = {str(path): untranslated(path.read_text()) for path in BESOK.rglob("*.py")}
    assert {path: texts for path, texts in found.items() if texts} == {}
    assert get_type_hints(audit.note)["detail"] == Translatable | None
