"""Documentation that fails when it is wrong: links that lead nowhere, metrics and commands nobody told of."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from core.metrics import METRICS
from core.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_metric_is_documented() -> None:
    text = (ROOT / "docs" / "native-payload.md").read_text("utf-8")
    assert [name for name in METRICS if f"`{name}`" not in text and f'"{name}"' not in text] == []


def test_every_adapter_is_documented() -> None:
    from collectors.adapters import ADAPTERS

    text = (ROOT / "docs" / "adapters.md").read_text("utf-8")
    assert [adapter.name for adapter in ADAPTERS if f"`{adapter.name}`" not in text] == []


def test_every_command_is_documented() -> None:
    from ops.cli import app

    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert [name for name in _commands(get_command(app), "besok") if name not in text] == []


def _commands(command: object, name: str) -> list[str]:
    """The full names of a command's leaves."""
    inner = getattr(command, "commands", None)
    if not inner:
        return [name]
    return [leaf for key, sub in inner.items() for leaf in _commands(sub, f"{name} {key}")]


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "operate.md").read_text("utf-8")
    fields = Settings.model_fields
    assert [name for name in fields if f"`BESOK_{name.upper()}`" not in text] == []
    numbers = {n: f.default for n, f in fields.items() if type(f.default) is int}
    assert [n for n, default in numbers.items() if f"| `BESOK_{n.upper()}` | `{default}` |" not in text] == []


def test_the_tree_of_errors_is_complete() -> None:
    import core.errors as errors

    text = errors.__doc__ or ""
    names = [n for n, c in vars(errors).items() if isinstance(c, type)]
    assert [n for n in names if n not in text] == []
