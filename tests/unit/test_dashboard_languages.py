import ast
from datetime import UTC, date, datetime

import pytest

from besok.text.languages import LANGUAGES, preferred
from dashboard.i18n import HERE, LANG, _, formats, plural
from dashboard.i18n.update import missing, stored
from dashboard.language import asked, kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    assert missing(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_for_numbers(language: str) -> None:
    for message in stored(language):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for text, translated in zip(ids, strings, strict=True):
            assert sorted(_places(text)) == sorted(_places(translated)), text


def _places(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def test_no_text_hides_in_an_f_string() -> None:
    """Babel does not look into f-strings, so a text there would never be translated."""
    for path in HERE.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                calls = [
                    n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
                ]
                assert not [c for c in calls if c.func.id in ("_", "plural")], path


def test_a_text_is_in_the_language_of_the_request() -> None:
    assert _("Spaces") == "Utrymmen"
    token = LANG.set("en")
    assert (_("Spaces"), plural("{n} sensor", "{n} sensors", 2)) == ("Spaces", "{n} sensors")
    LANG.reset(token)


def test_numbers_and_dates_in_swedish() -> None:
    assert formats.number(1286.4) == "1\u00a0286"
    assert formats.number(None) == "–"
    assert formats.signed_percent(-0.034) == "−3\u00a0%"
    assert formats.signed_percent(0.0004) == "±0\u00a0%"
    assert formats.day(date(2026, 11, 25)) == "25 nov. 2026"
    assert formats.clock(datetime(2026, 11, 25, 19, tzinfo=UTC), "Europe/Stockholm") == "20:00"
    assert formats.weekdays("wide")[2] == "onsdag"


def test_when_it_opens_names_another_day() -> None:
    now = datetime(2026, 11, 25, 20, tzinfo=UTC)
    assert formats.soon(datetime(2026, 11, 26, 8, tzinfo=UTC), "Europe/Stockholm", now) == "tors 09:00"
    assert formats.soon(datetime(2026, 11, 25, 22, tzinfo=UTC), "Europe/Stockholm", now) == "23:00"


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


def test_address_and_cookie() -> None:
    assert (asked(b"lang=en&x=1"), asked(b"lang=xx"), asked(b"")) == ("en", None, None)
    assert (kept("a=b; besok_lang=en"), kept("besok_lang=zz"), kept("")) == ("en", None, None)
