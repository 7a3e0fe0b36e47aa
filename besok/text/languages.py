"""Translation: English in the code, which is the id of a text, and Swedish in the catalogue.

The catalogue is read from its `.po` file when first used, so there is nothing to compile. After a change of a text,
`make texts` brings the catalogue up to date.
"""

import gettext
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any, Final, TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from besok.model.messages import Translatable
from besok.model.site import Text

T = TypeVar("T")
LANGUAGES: Final = ("sv", "en")
PUBLIC_LANGUAGES: Final = (*LANGUAGES, "ar")  # of the public part
LOCALES: Final = Path(__file__).parent / "locales"
LAST_LETTERS: Final = str.maketrans("åäæöø", "{||}}")  # of Swedish, after z
LANG: ContextVar[str] = ContextVar("besok_language", default="sv")  # of the present request


def known(code: str) -> str | None:
    """Return the code of a supported language, None for others."""
    return code if code in LANGUAGES else None


def preferred(accept: str, among: Sequence[str] = LANGUAGES) -> str | None:
    """Return the first of some languages in an Accept-Language header, by its weights."""
    ranked = []
    for place, part in enumerate(accept.split(",")):
        name, _, weight = part.replace(" ", "").partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, name))
        except ValueError:
            continue
    return next((code for _w, _p, name in sorted(ranked) if (code := name[:2].lower()) in among), None)


def collation_key(name: str) -> tuple[str, str]:
    """Return the key to sort names by in the language of the request: å, ä and ö are the last letters of Swedish, and
    accents count only between equal names.
    """
    letters = unicodedata.normalize("NFC", name).casefold()
    if LANG.get() == "sv":
        letters = letters.translate(LAST_LETTERS)
    plain = (c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))
    return "".join(plain), name


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language, compiled in memory; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    with (LOCALES / language / "LC_MESSAGES" / "besok.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use `language` within the block."""
    token = LANG.set(language)
    try:
        yield
    finally:
        LANG.reset(token)


def in_each_language(make: Callable[[], T]) -> dict[str, T]:
    """Return what `make` returns in each language of the pages, by its code."""
    made = {}
    for code in LANGUAGES:
        with speaking(code):
            made[code] = make()
    return made


def in_both(render: Callable[[], str]) -> Text:
    """Render a text in each language."""
    return Text(**in_each_language(render))


def language() -> str:
    """Return the language of the present request."""
    return LANG.get()


def _(message: str) -> str:
    """Translate `message` into the language of the present request."""
    return translations(LANG.get()).gettext(message)


def plural(one: str, many: str, n: float) -> str:
    """Translate `one` or `many`, as the number `n` asks for."""
    return translations(LANG.get()).ngettext(one, many, 1 if n == 1 else 2)


def named(text: Text) -> str:
    """Return a name in the language of the present request."""
    return text.en if named_in() == "en" else text.sv


def named_in() -> str:
    """Return the language in which a site's own words are shown: they are not in every public one."""
    return "en" if LANG.get() == "en" else "sv"


class _Written(Formatter):
    """Writes `{times:.1f}` as the reader does: 2.0 or 2,0."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if not format_spec.endswith("f"):
            return super().format_field(value, format_spec)
        digits = int(format_spec[1:-1])
        return format_decimal(value, "#,##0." + "0" * digits if digits else "#,##0", locale=LANG.get())


def translated(message: Translatable) -> str:
    """Return a message of the model in the language of the present request."""
    values = {k: translated(v) if isinstance(v, Translatable) else v for k, v in message.values.items()}
    return _Written().format(_(message.english), **values)
