import ast
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from besok.model.messages import Translatable
from besok.model.site import Text
from besok.text import formats
from besok.text.languages import LOCALES, collation_key, preferred, speaking, translated
from dashboard.pages.overview import ORDERS

ROOTS = [Path(__file__).parents[2] / name for name in ("api", "besok", "dashboard")]
KEYWORDS: dict[str, Any] = {
    "_": None,
    "plural": (1, 2),
    "_counted": (1, 2),
    "Translatable": None,
    "refusal": None,
    "remark": (3,),
    "offer": (2,),
    "ask": (2,),
    "ask_several": (2,),
    "option": (2,),
}
CALLS = re.compile(rf"\b({'|'.join(KEYWORDS)})\(")
MODULES = [path for root in ROOTS for path in root.rglob("*.py")]
PUBLIC = ROOTS[2] / "public"
PUBLIC_TEXTS = ("opening_text", "level_text")  # modules of `besok.text` that the public part uses as well
PUBLIC_MODULES = [*PUBLIC.rglob("*.py"), *(ROOTS[1] / "text" / f"{name}.py" for name in PUBLIC_TEXTS)]
NUMBERED = re.compile(r"\{(\w+)")


def catalogue(language: str = "sv") -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "besok.po").open("rb") as source:
        return read_po(source, locale=language)


def texts(paths: Iterable[Path]) -> set[Any]:
    """Return the texts of modules; one that calls nothing that takes a text need not be taken apart."""
    speaking_ones = (path for path in paths if CALLS.search(path.read_text("utf-8")))
    found = (extract_from_file("python", path, keywords=KEYWORDS) for path in speaking_ones)
    return {message for module in found for _, message, *_ in module}


def test_names_are_in_the_order_of_the_language() -> None:
    names = ["Öster", "Ärla", "åby", "Zenit", "Ådala", "Éden", "Edsvik", "Ängen", "adolfsberg"]
    sites: list[Any] = [SimpleNamespace(root=SimpleNamespace(name=Text(sv=name, en=name))) for name in names]
    with speaking("sv"):
        assert [site.root.name.sv for site in sorted(sites, key=ORDERS["name"])] == [
            "adolfsberg", "Éden", "Edsvik", "Zenit", "åby", "Ådala", "Ängen", "Ärla", "Öster",
        ]  # fmt: skip
    with speaking("en"):
        assert [*sorted(names, key=collation_key)][:3] == ["åby", "Ådala", "adolfsberg"]


def test_every_text_is_translated_and_no_other() -> None:
    for language, found in (("sv", texts(MODULES)), ("ar", texts(PUBLIC_MODULES))):
        known = {m.id: m.string for m in catalogue(language) if m.id}
        assert found == known.keys(), "run `make texts`"
        assert [one for one, said in known.items() if not said or not all(said)] == []


def test_the_public_part_has_texts_from_nowhere_else() -> None:
    for path in PUBLIC.rglob("*.py"):
        modules = {
            name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
            for name in (f"{node.module}.{alias.name}" for alias in node.names)
        }
        used = {name.split(".")[2] for name in modules if name.startswith("besok.text.")}
        assert used <= {"formats", "languages", *PUBLIC_TEXTS}, path
        assert not [name for name in modules if name.startswith("dashboard.components.")], path


def test_messages_have_the_numbers_of_the_reader() -> None:
    message = Translatable("{visits:.0f} visits, {times:.1f} times", {"visits": 1597.4, "times": 2.04})
    for language, said in (("sv", "1\u00a0597 visits, 2,0 times"), ("en", "1,597 visits, 2.0 times")):
        with speaking(language):
            assert translated(message) == said


def test_translations_keep_the_places_for_numbers() -> None:
    """All of them, but for the key of an action, which is not said in Swedish."""
    for message in [*catalogue(), *catalogue("ar")]:
        ids, said = ([one] if isinstance(one, str) else list(one) for one in (message.id, message.string))
        for text, translation in zip(ids, said, strict=True):
            places, translated = (sorted(NUMBERED.findall(one)) for one in (text, translation))
            assert places == translated or translated == ["reason"], text


def test_no_text_hides_in_an_f_string() -> None:
    """Babel does not look into f-strings, so a text there would never be translated."""
    for path in MODULES:
        text = path.read_text()
        tree = ast.parse(text if re.search(r"\b(_|plural)\(", text) else "")
        for node in (n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)):
            calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
            assert not [f for f in calls if isinstance(f, ast.Name) and f.id in ("_", "plural")], path


def test_numbers_and_dates_in_swedish() -> None:
    assert formats.number(1286.4) == "1\u00a0286"
    assert formats.number(None) == "–"
    assert [*map(formats.duration, (None, 0.4, 119, 1325, 7200))] == ["–", "0 s", "119 s", "22 min", "2 h"]
    shares = (-0.034, 0.0004, 0.0994, 0.0996, 0.214)
    assert [*map(formats.signed_percent, shares)] == [
        f"{text}\u00a0%" for text in ("−3,4", "±0", "+9,9", "+10", "+21")
    ]
    assert formats.day(date(2026, 11, 25)) == "25 nov. 2026"
    assert formats.clock(datetime(2026, 11, 25, 19, tzinfo=UTC), "Europe/Stockholm") == "20:00"
    assert formats.weekdays("wide")[2] == "onsdag"
    moment = datetime(2026, 11, 25, 19, tzinfo=UTC)
    assert formats.span(moment, moment, "UTC") == "25 nov. 19:00"


def test_when_it_opens_names_another_day() -> None:
    now = datetime(2026, 11, 25, 20, tzinfo=UTC)
    assert formats.soon(datetime(2026, 11, 26, 8, tzinfo=UTC), "Europe/Stockholm", now) == "tors 09:00"
    assert formats.soon(datetime(2026, 11, 25, 22, tzinfo=UTC), "Europe/Stockholm", now) == "23:00"
    assert formats.soon(now + timedelta(days=29), "Europe/Stockholm", now) == "tors 24 dec. 21:00"
    assert formats.soon(now + timedelta(days=400), "Europe/Stockholm", now) == "30 dec. 2027 21:00"
    assert formats.lately(now - timedelta(days=299), "Europe/Stockholm", now) == "30 jan. 21:00"
    assert formats.lately(now - timedelta(days=300), "Europe/Stockholm", now) == "29 jan. 2026 21:00"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de,en-US;q=0.7,sv;q=0.3", "en"),
        ("fi", None),
        ("", None),
        ("en;q=x,sv", "sv"),
        ("sv; q=0.1, en ;q=0.9", "en"),
    ],
)
def test_the_browsers_preference(accept: str, language: str | None) -> None:
    assert preferred(accept) == language
