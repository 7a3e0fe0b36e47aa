"""The two languages of whatever people read, and which of them a browser asks for."""

from typing import Final

LANGUAGES: Final = ("sv", "en")


def known(code: str) -> str | None:
    """The code of a language if it is one of ours."""
    return code if code in LANGUAGES else None


def preferred(accept: str) -> str | None:
    """The first of our languages in an Accept-Language header, by its weights."""
    ranked = []
    for place, part in enumerate(accept.split(",")):
        name, _, weight = part.replace(" ", "").partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, name))
        except ValueError:
            continue
    return next((code for _w, _p, name in sorted(ranked) if (code := known(name[:2].lower()))), None)
