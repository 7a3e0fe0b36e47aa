"""Advice on a device nobody understands: the lines for the site file, to choose from."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SEE: Final = "docs/reference/mappings.md tells how"
_FLOWS: Final = frozenset(("in", "out", "passages"))
WRITE: Final = f"write a mapping in the site file ({SEE})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to read a message: metric of the catalogue -> JSONPath, and in words what it would mean."""

    values: Mapping[str, str]
    says: str


def mapping(
    topic: str,
    choices: Sequence[Choice],
    *,
    device: str = "",
    time: str = "",
    start: str = "",
    each: str = "",
    channel: str = "",
    suffix: str = "",
) -> str:
    """Return a mapping for the site file with one line per choice; all but the first are commented out.

    With a `suffix` it is one of several mappings of a message, with a name of its own and the source of all.
    `start` is where a period begins; totals and states have none.
    """
    named = name(topic)
    found = ["[[sites.mappings]]", f"name = {_quoted(f'{named}-{suffix}' if suffix else named)}"]
    found += [f"source = {_quoted(named)}"] if suffix else []
    found.append(f"topic = {_quoted(_filter(topic))}")
    paths = (("device", device), ("time", time), ("each", each), ("channel", channel))
    found += [f"{key} = {_quoted(path)}" for key, path in paths if path]
    if start and time:
        is_flow = bool(choices) and choices[0].values.keys() <= _FLOWS
        found.append(
            f"{'' if is_flow else '# '}start = {_quoted(start)}  # leave this out with a running total"
        )
    for position, choice in enumerate(choices):
        values = ", ".join(f"{_bare(metric)} = {_quoted(path)}" for metric, path in choice.values.items())
        found.append(f"{'# ' if position else ''}values = {{ {values} }}  # {choice.says}")
    return "\n".join(found)


def name(topic: str) -> str:
    """Return a name for the devices behind `topic`: its first level that is a word."""
    plain = (re.sub(r"[^a-z0-9]+", "-", level.lower()).strip("-") for level in topic.split("/"))
    return next((level for level in plain if level and not level.isdecimal()), "counter")[:40].rstrip("-")


def _filter(topic: str) -> str:
    """Return the topic as a filter: whatever it holds, it stands for itself."""
    return re.sub(r"[^/]*[+#][^/]*", "+", topic)


def _bare(key: str) -> str:
    """Return a key of TOML, in quotes if it needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # TOML's basic strings are written as JSON's
