"""Documentation that fails when it is wrong: links that lead nowhere, metrics and commands nobody told of."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from typer.main import get_command

from besok.model.metrics import METRICS
from besok.model.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_decisions_are_numbered_one_by_one() -> None:
    pages = [page for page in PAGES if page.parent.name == "decisions"]
    assert [page.name[:3] for page in pages] == [f"{n:03}" for n in range(1, len(pages) + 1)]
    assert [page.read_text("utf-8")[:6] for page in pages] == [f"# {page.name[:3]} " for page in pages]


def test_every_metric_is_documented() -> None:
    text = (ROOT / "docs" / "native-payload.md").read_text("utf-8")
    assert [name for name in METRICS if f"`{name}`" not in text and f'"{name}"' not in text] == []


def test_every_adapter_is_documented() -> None:
    from collectors.adapters import ADAPTERS

    text = (ROOT / "docs" / "adapters.md").read_text("utf-8")
    assert [adapter.name for adapter in ADAPTERS if f"`{adapter.name}`" not in text] == []


def test_every_key_of_a_scenario_is_documented() -> None:
    from sensors_sim.scenario import SECTIONS, FaultKind, Scenario
    from sensors_sim.scenario_checks import PLAN_NAMES
    from sensors_sim.scenariofile import shipped

    text = (ROOT / "docs" / "simulate.md").read_text("utf-8")
    sections = {block.split("`")[0]: block for block in text.split("\n| `[[")[1:]}
    keys = [(f"{name}]]", field.name) for name, part in SECTIONS.items() for field in fields(part)]
    assert [(name, key) for name, key in keys if f"`{key}`" not in sections[name].split("\n\n")[0]] == []
    others = [
        *(f.name for f in fields(Scenario) if f.name not in SECTIONS),
        *get_args(FaultKind),
        *PLAN_NAMES,
        *shipped(),
    ]
    assert [word for word in others if f"`{word}`" not in text] == []


def test_the_worked_example_of_a_scenario_is_a_scenario() -> None:
    from sensors_sim.scenariofile import parse

    text = (ROOT / "docs" / "simulate.md").read_text("utf-8")
    example = parse(text.split("```toml\n")[1].split("```")[0], "family-sunday.toml")
    assert (example.opening[0].also, example.events[0].fill) == ("10:00-18:00", 0.9)


def test_every_command_is_documented() -> None:
    from cli.main import app

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
    import besok.model.errors as errors

    text = errors.__doc__ or ""
    names = [n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, Exception)]
    assert [n for n in names if n not in text] == []


def test_no_two_modules_of_tests_have_the_same_name() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == [], "pytest collects only one of them"
