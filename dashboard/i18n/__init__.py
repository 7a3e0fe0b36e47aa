"""The two languages of the screens. The source texts are English; `sv` and `en` hold the catalogues.

The catalogues are read from their `.po` files when first used, so there is nothing to compile and nothing to forget:
after changing a text run `python -m dashboard.i18n.update` and translate what it lists.
"""

import gettext
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from besok.model.site import Text

HERE = Path(__file__).parent
DOMAIN = "besok"

LANG: ContextVar[str] = ContextVar("besok_language", default="sv")


def catalogue_path(language: str) -> Path:
    """Where the catalogue of `language` is kept."""
    return HERE / language / f"{DOMAIN}.po"


@cache
def translations(language: str) -> gettext.GNUTranslations:
    """The catalogue of `language`, compiled in memory."""
    with catalogue_path(language).open("rb") as source:
        catalogue = read_po(source, locale=language, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language() -> str:
    """The language of the present request."""
    return LANG.get()


def _(message: str) -> str:
    """`message` in the language of the present request."""
    return translations(LANG.get()).gettext(message)


def named(text: Text) -> str:
    """A name in the language of the present request."""
    return text.en if LANG.get() == "en" else text.sv


def plural(one: str, many: str, n: float) -> str:
    """`one` or `many` in the language of the present request, as the number `n` asks for."""
    return translations(LANG.get()).ngettext(one, many, 1 if n == 1 else 2)
