"""Commands and services that are given a name nobody knows say which is meant, or where those that are stand."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from typer.testing import Result

from besok.model.alerts import AlertRule
from besok.model.errors import AlertError, NotFound
from besok.model.suggest import instead
from besok.services.alerts import add_rule
from besok.store import sites
from besok.store.database import Database
from tests.commands import complaint

COUNT = "0190f5f0-0000-7000-8000-000000000000"
UNKNOWN = [
    ("report annual libb", "“lib”"),
    ("key add screen --role viewer@libb", "“lib”"),
    ("key revoke screen", "none yet"),
    ("user remove robin", "none yet"),
    ("sandbox empty libb", "`besok site apply`"),  # no site is one
    ("site remove --yes LIB", "“lib”"),
    ("period list libb", "“lib”"),
    ("readings list libb", "“lib”"),
    ("quarantine list libb", "“lib”"),
    ("quality list libb", "“lib”"),
    ("action list --site libb", "“lib”"),
    ("calendar list --site libb", "“lib”"),
    ("calendar remove stories --site lib", "none yet"),
    ("headcount add lib Hall 3", "“hall”"),
    ("headcount add lib cellar 3", "one of hall, lib"),
    ("headcount undo lib abc --reason x", "`besok headcount list`"),
    (f"headcount undo lib {COUNT} --reason x", "`besok headcount list`"),
    ("calibrate discard lib abc --reason x", "`besok calibrate list`"),
    (f"calibrate discard lib {COUNT} --reason x", "`besok calibrate list`"),
    ("alert acknowledge 99", "`besok alert list`"),
    ("alert remove 99", "`besok alert list`"),
]


@pytest.mark.parametrize(("words", "said"), UNKNOWN)
def test_a_command_says_what_to_name_instead(
    house: Database, command: Callable[..., Result], words: str, said: str
) -> None:
    done = command(*words.split())
    assert said in (complaint(done) or str(done.exception)), done.output


def test_a_rule_of_an_unknown_space_names_the_one_meant(house: Database) -> None:
    rule = AlertRule(kind="space_over", site="lib", space="hal", threshold=0.9, target="desk")
    with pytest.raises(NotFound, match="“hall”"):
        add_rule(house, rule, datetime.now(UTC))
    with pytest.raises(AlertError, match="name the site"):
        add_rule(house, AlertRule(kind="space_over", space="hall", target="desk"), datetime.now(UTC))


def test_a_sandbox_is_named_only_where_one_is_sought(house: Database, command: Callable[..., Result]) -> None:
    with house.transaction() as conn:
        conn.execute("update site set sandbox = true")
    with pytest.raises(NotFound, match="`besok site apply`"):
        sites.load(house, "libb")
    assert "“lib”" in str(command("sandbox", "empty", "libb").exception)


def test_of_many_names_the_first_are_told() -> None:
    assert str(instead("x", [f"room-{n}" for n in range(20)])).count("room-") == 8
    assert str(instead("room-3", ["room-3"])) == "there is none yet", "it is not another name of itself"
