"""One day is not "1 days": numbers with their words, and that no text of the commands goes without."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from besok.model.findings import Finding
from besok.model.plurals import many
from besok.text.finding_text import sentence

ROOT = Path(__file__).parents[2]
COUNTED = (
    "actions columns days devices doors entries events files findings forecasts holidays hours lines messages"
    " migrations minutes months nights people persons places problems readings rows seconds sensors sites spaces times"
    " visits weeks years"
)
NEVER_ONE = {
    "{sample.weeks} weeks",
    "{year.weeks} weeks",  # what is said only of more than some number, and words of a file
    "{blocks} days",
    "{days} days",
    "{words[:60]} people",
    "{hours} hours",
    "{len(doors)} doors",
    "{months} months",
    "{apart} months",
    "{people} people",
}
WORD = re.compile(rf" ({COUNTED.replace(' ', '|')})\b")
MAYBE = re.compile(
    rf"}}\W+(f\W+)?({COUNTED.replace(' ', '|')})\b"
)  # of the text: to parse all of it takes seconds


@pytest.mark.parametrize(
    ("n", "told"), [(0, "0 days"), (1, "1 day"), (1.4, "1 day"), (1.6, "2 days"), (1200, "1,200 days")]
)
def test_a_number_has_the_word_it_asks_for(n: float, told: str) -> None:
    assert many(n, "day") == told
    assert many(n, "person", "people").endswith("person" if told == "1 day" else "people")


def test_one_of_a_thing_is_one_in_both_languages() -> None:
    once = {"times": 1.0, "hours": 1.0}
    found = Finding(
        kind="flapping", since=datetime(2026, 3, 3, tzinfo=UTC), portal="front", device="d", evidence=once
    )
    said = sentence(found, {}, "UTC")
    assert "offline 1 time, 1 hour in all" in said.en and "offline 1 gång, sammanlagt 1 timme" in said.sv


def _unguarded(tree: ast.AST) -> list[str]:
    """Numbers in f-strings before a word in the plural; names in capitals are constants, and more than one."""
    found = []
    for text in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
        for value, after in zip(text.values, text.values[1:], strict=False):
            if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                told, word = ast.unparse(value.value), WORD.match(str(after.value))
                if word and not re.search(r"[A-Z]{2}", told):
                    found.append(f"{{{told}}}{word[0]}")
    return found


def test_no_command_says_one_of_many() -> None:
    for room in ("api", "besok", "cli", "collectors", "jobs", "sensors_sim"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text()
            if MAYBE.search(text):
                assert not set(_unguarded(ast.parse(text))) - NEVER_ONE, path
