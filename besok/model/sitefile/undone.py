"""Edits made in pages that a site file would undo."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from besok.model.site import Site, SiteFile
from besok.model.sitefile import dump

_Flat = dict[tuple[str, ...], str]
_ENDS = ("last", "until")
_LEARNT = "topics"  # of sensors, where nobody states them


def undone(before: str, now: Site, then: Site) -> list[str]:
    """Return a line for each value that pages have changed since `before`, and that `then` would change back.

    `before` is the site in a file of its own, empty if there was none.
    """
    was, is_, will = _flat(before), *(_flat(dump(SiteFile(sites=(site,)))) for site in (now, then))
    changed = {key for key in was.keys() | is_.keys() if was.get(key) != is_.get(key)}
    touched = {key[:2] for key in changed}
    ended = {key for key in will if key[-1] in _ENDS and key[:2] in touched}  # a sensor that is left out ends
    return [
        f"{now.id}: {' '.join(key)}: {is_.get(key, 'none')} → {will.get(key, 'none')}"
        for key in sorted(changed | ended)
        if is_.get(key) != will.get(key)
    ]


def _flat(text: str) -> _Flat:
    """Return every value of a site with its place: ("spaces", "cafe", "capacity") is "60"."""
    return dict(pair for raw in tomllib.loads(text).get("sites", []) for pair in _values((), raw))


def _values(at: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != _LEARNT:
                yield from _values((*at, key), inner)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        labels = Counter[str]()
        for one in value:
            label = _label(one) or one.get("kind", "")
            labels[label] += 1
            yield from _values((*at, label if labels[label] == 1 else f"{label} {labels[label]}"), one)
    else:
        yield at, str(value)


def _label(part: dict[str, Any]) -> str:
    """Return the label of a part within its list: its name, or its first day; "" for one that has neither."""
    labels = [str(part[key]) for key in ("id", "source", "device", "channel") if key in part]
    return " ".join(
        [*labels, *([] if "id" in part else [str(part[key]) for key in ("first", "since") if key in part])]
    )
