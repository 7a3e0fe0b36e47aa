"""Documentation that fails when it is wrong: links, words, length, and what the code has and the pages do not."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from docs import generate

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TEXTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md")
PAGES = [*(ROOT / name for name in TEXTS), *sorted(DOCS.rglob("*.md"))]
# 20,000, and up to 2,000 each for imports, changes, access, broker, public pages, alerts, planning, operation
WORDS = 31_500
DECISION_WORDS = 400  # one page each
NEVER = re.compile(  # the glossary's list of words that have a plain one
    r"\b(reckon\w*|anew|mend(s|ed|ing)?|foret(old|ells?|elling)|feasts?|thrice|footfall|(times of|gånger av) (ten|10)"
    r"|as good as nobody|spåddes|snedhet\w*|omätt)\b",
    re.IGNORECASE,
)


def words(page: Path) -> int:
    """Count the words of a page without generated tables and blocks of code."""
    text = page.read_text("utf-8")
    for part in (
        r"<!-- generated: .*?<!-- end generated -->",
        r"<!-- (.+?) begins -->.*?<!-- \1 ends -->",
        r"```.*?```",
    ):
        text = re.sub(part, "", text, flags=re.DOTALL)
    return sum(bool(re.search(r"\w", token)) for token in text.split())


def anchors(page: Path) -> set[str]:
    """Return the anchors that a forge, and the site, give to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for path, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", page.read_text("utf-8")):
        target = (page.parent / path) if path else page
        if "://" not in path and not (target.exists() and (not anchor or anchor in anchors(target))):
            yield f"{page.relative_to(ROOT)}: {path}#{anchor}"


def test_links_lead_somewhere() -> None:
    assert [link for page in PAGES for link in dead_links(page)] == []


def test_every_page_is_in_the_index() -> None:
    listed = set(re.findall(r"^[\w/-]+$", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE))
    pages = {str(p.relative_to(DOCS))[:-3] for p in DOCS.rglob("*.md")} - {"index"}
    assert {page for page in pages - listed if not page.startswith("decisions/0")} == set()


def test_pages_named_in_the_code_exist() -> None:
    sources = [p for kind in ("*.py", "*.toml", "*.yml", "*.po") for p in ROOT.glob(f"[!.]*/**/{kind}")]
    sources = [p for p in (*sources, ROOT / "docker-compose.yml") if "build" not in p.relative_to(ROOT).parts]
    named = {(p, name) for p in sources for name in re.findall(r"docs/[\w./-]+\.md", p.read_text("utf-8"))}
    assert [f"{p.relative_to(ROOT)}: {name}" for p, name in named if not (ROOT / name).exists()] == []


def test_pages_use_plain_words() -> None:
    assert [(page.name, m[0]) for page in PAGES for m in NEVER.finditer(page.read_text("utf-8"))] == []


def test_screens_use_plain_words() -> None:
    with (ROOT / "besok" / "text" / "locales" / "sv" / "LC_MESSAGES" / "besok.po").open("rb") as file:
        messages = [part for m in read_po(file) if m.id for part in (m.id, m.string)]
    texts = [text for part in messages for text in ([part] if isinstance(part, str) else part)]
    assert [text for text in texts if NEVER.search(text)] == []


def test_the_docs_are_short() -> None:
    found = {str(page.relative_to(DOCS)): words(page) for page in DOCS.rglob("*.md")}
    decisions = {name: found.pop(name) for name in [*found] if name.startswith("decisions/")}
    assert sum(found.values()) <= WORDS, found
    assert {name: number for name, number in decisions.items() if number > DECISION_WORDS} == {}


def test_decisions_are_numbered_one_by_one() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    assert [page.name[:3] for page in pages] == [f"{n:03}" for n in range(1, len(pages) + 1)]
    assert [page.read_text("utf-8")[:6] for page in pages] == [f"# {page.name[:3]} " for page in pages]


def test_generated_parts_are_current() -> None:
    texts = {page: page.read_text("utf-8") for page in DOCS.rglob("*.md")}
    stale = [page for page, text in texts.items() if generate.filled(text, generate.GENERATED) != text]
    assert stale == [], "run python -m docs.generate"


def test_every_setting_says_what_it_is_for() -> None:
    assert "None" not in generate.settings()


def test_the_site_has_every_command() -> None:  # and every package: `make docs` builds it
    text = generate.commands()
    assert [name for name, _ in generate.leaves() if f"### {name}\n" not in text] == []


def test_every_test_that_security_rests_on_is_there() -> None:
    page = (DOCS / "reference" / "security.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (?!-|requirement|weakness|advice)(.+) \|$",
        page.partition("<!-- trace ends -->")[0],
        re.MULTILINE,
    )
    assert [row for row in rows if not re.search(r"`tests/[\w/]+\.py::\w+`$", row)] == []
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    trees = {file: ast.parse((ROOT / file).read_text("utf-8")) for file in {file for file, _ in named}}
    functions = {
        (f, node.name)
        for f, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(named) > 60 and set(named) - functions == set()


def test_every_adapter_is_documented() -> None:
    from collectors.decoding import ADAPTERS

    text = (DOCS / "reference" / "adapters.md").read_text("utf-8")
    assert [name for name in ADAPTERS if f"`{name}`" not in text] == []


def test_every_key_of_a_scenario_is_documented() -> None:
    from sensors_sim.scenario import SECTIONS, FaultKind, Scenario
    from sensors_sim.scenario_checks import PLAN_NAMES
    from sensors_sim.scenariofile import shipped

    text = (DOCS / "reference" / "scenarios.md").read_text("utf-8")
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

    text = (DOCS / "how-to" / "plan-with-the-simulator.md").read_text("utf-8")
    example = parse(text.split("```toml\n")[1].split("```")[0], "family-sunday.toml")
    assert (example.opening[0].also, example.events[0].fill) == ("10:00-18:00", 0.9)


def touched() -> list[str]:
    """Return what the README's table "to add X touch Y" names: `path` or `path::symbol`."""
    table = (ROOT / "README.md").read_text("utf-8").split("| to add | touch |")[1].split("\n\n")[0]
    return [cell for row in table.splitlines()[2:] for cell in re.findall(r"`([^`]+)`", row.split("|")[2])]


@pytest.mark.parametrize("cell", touched())
def test_what_the_readme_says_to_touch_is_there(cell: str) -> None:
    path, _, symbol = cell.partition("::")
    assert (ROOT / path).exists()
    if symbol and path.endswith(".py"):
        assert symbol in names(ROOT / path)
    elif symbol:
        assert symbol in (ROOT / path).read_text("utf-8")


def names(module: Path) -> set[str]:
    """Return what a module defines at its top."""
    found = set()
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_the_tree_of_errors_is_complete() -> None:
    import besok.model.errors as errors

    text = errors.__doc__ or ""
    found = [n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, Exception)]
    assert [n for n in found if n not in text] == []


def test_no_two_modules_of_tests_have_the_same_name() -> None:
    modules = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in modules if modules.count(name) > 1}) == [], (
        "pytest collects only one of them"
    )
