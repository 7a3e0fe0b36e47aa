"""The named statements of besok/store/sql: each is used, described, and there once."""

import ast
from collections.abc import Iterator
from pathlib import Path

from besok.store.database import statements

ASKS = {"sql", "fetch", "fetch_one", "rows", "run"}  # calls whose first argument is the name of a statement
CODE = [
    ast.parse(file.read_text("utf-8"))
    for package in ("store", "services")
    for file in Path("besok", package).glob("*.py")
]


def _texts(node: ast.AST) -> Iterator[str]:
    return (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_every_statement_is_used() -> None:
    """Some are asked for through a function or a loop, so any text in the code may be the name."""
    used = {text for tree in CODE for text in _texts(tree)}
    assert statements().keys() - used == set()


def test_every_name_asked_for_is_a_statement() -> None:
    asked = {
        text
        for tree in CODE
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in ASKS
        for text in _texts(call.args[0])
    }
    assert asked - statements().keys() == set()


def test_every_statement_says_what_it_does() -> None:
    assert [name for name, text in statements().items() if not text.startswith("-- ")] == []
