"""What the ledger's routes make of what they are sent."""

import pytest

from api.answers import to_csv
from api.routes.ledger import LedgerRow, _both, _free_id, _row
from besok.model.site import Text
from besok.model.views.calendar import ActionInfo


@pytest.mark.parametrize(
    ("title", "name"),
    [("Öppet längre på söndagar", "oppet-langre-pa-sondagar"), ("!!!", "action"), ("A" * 90, "a" * 55),
     ("Fler stolar", "fler-stolar-3")],
)  # fmt: skip
def test_an_id_is_made_of_the_title_and_is_free(title: str, name: str) -> None:
    assert _free_id(title, {"fler-stolar", "fler-stolar-2"}) == name


def test_one_language_stands_for_both() -> None:
    assert _both("Ja", "") == Text(sv="Ja", en="Ja") and _both("Ja", "Yes") == Text(sv="Ja", en="Yes")
    assert _both("", "") is None


def test_a_line_of_the_table_is_no_formula() -> None:
    one = ActionInfo(
        action="a", title=Text(sv="=1+1", en="Chairs"), asked_by="staff", state="asked", asked=None, answered=None,
        answer=None, done_since=None, undone=None, spaces=("hall", "cafe"), weekdays=(), invented=False,
    )  # fmt: skip
    line = to_csv([_row("lib", one, None)], LedgerRow).splitlines()[1]
    assert line.startswith("lib,a,'=1+1,Chairs,staff,") and "hall | cafe" in line
