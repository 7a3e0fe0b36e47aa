"""The pages for operators and callers name every setting and every path."""

import re
from pathlib import Path

import pytest

from besok.model.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_in_the_operators_table(field: str) -> None:
    assert f"| `BESOK_{field.upper()}` |" in (DOCS / "operate.md").read_text()


def test_the_operators_table_names_no_setting_that_is_gone() -> None:
    named = re.findall(r"^\| `BESOK_(\w+)` \|", (DOCS / "operate.md").read_text(), re.MULTILINE)
    assert {name.lower() for name in named} == set(Settings.model_fields)


def test_every_path_is_in_the_callers_table() -> None:
    from api.app import create_app

    told = set(re.findall(r"^\| `(/api/v1/[^`]+)` \|", (DOCS / "api.md").read_text(), re.MULTILINE))
    schema = create_app(Settings()).openapi()
    assert set(schema["paths"]) == told - {"/api/v1/sites/{site}/live/ws"}  # OpenAPI knows no WebSockets
