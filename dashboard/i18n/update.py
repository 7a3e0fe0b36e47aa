"""Bring the catalogues up to date with the texts of the code: `python -m dashboard.i18n.update`.

New texts are added (in English as they are, in Swedish empty, to be translated), texts no longer used are removed.
"""

from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from besok.text.languages import LANGUAGES
from dashboard.i18n import DOMAIN, HERE, catalogue_path

HEADERS = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
KEYWORDS: dict[str, Any] = {"_": None, "plural": (1, 2)}


def extracted() -> Catalog:
    """Every text of the dashboard's code that is shown to somebody."""
    template = Catalog(project="besok", charset="utf-8")
    methods: Any = [("**.py", "python")]
    found = extract_from_dir(HERE.parent, method_map=methods, keywords=KEYWORDS)
    for name, _line, message, comments, context in sorted(found):
        template.add(message, locations=[(f"dashboard/{name}", 0)], auto_comments=comments, context=context)
    return template


def stored(language: str) -> Catalog:
    """The catalogue of `language` as it is kept."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as source:
        return read_po(source, locale=language, domain=DOMAIN)


def missing(language: str) -> list[str]:
    """Texts of the code that `language` does not have."""
    catalogue = stored(language)
    texts = [m for m in extracted() if m.id]
    return [
        str(m.id) for m in texts if not _translated(catalogue.get(m.id if isinstance(m.id, str) else m.id[0]))
    ]


def _translated(message: object) -> bool:
    strings = getattr(message, "string", None) or ()
    return bool(strings) and all([strings] if isinstance(strings, str) else strings)


def update(language: str) -> list[str]:
    """Rewrite the catalogue of `language`; returns what is left to translate."""
    catalogue = stored(language)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        if language == "en" and message.id:
            message.string = message.id
    with catalogue_path(language).open("wb") as target:
        target.write(_header(language, catalogue).encode())
        write_po(target, catalogue, omit_header=True, sort_output=True, width=116, include_lineno=False)
    return missing(language)


def _header(language: str, catalogue: Catalog) -> str:
    """Without babel's times, over which two changes at once would always be in conflict."""
    kept = [f'"{name}: {value}\\n"' for name, value in catalogue.mime_headers if name in HEADERS]
    comment = f"# The texts of the screens: {language}. Renewed by python -m dashboard.i18n.update."
    return "\n".join([comment, 'msgid ""', 'msgstr ""', *kept, "", ""])


if __name__ == "__main__":
    import sys

    for code in LANGUAGES:
        for text in update(code):
            sys.stdout.write(f"{code}: to translate: {text}\n")
