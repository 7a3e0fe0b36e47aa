"""Drafts of mappings: the lines that the reason of a rejected message offers, and their reader.

    [[sites.mappings]]
    name = "acme"
    topic = "acme/1"
    device = "$.serial"
    # values.in = "$.in"  # people who went in since the last message
    # values.in_total = "$.in"  # running total of people who went in

A person takes the comment sign from the lines that are true; the page *Sensors* reads the same lines and asks.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from besok.model.metrics import METRICS, Kind
from besok.model.site import PayloadMapping
from besok.model.sitefile.mapping_checks import split

SAYS: Final[Mapping[str, str]] = {
    "in": "people who went in since the last message",
    "out": "people who went out since the last message",
    "in_total": "running total of people who went in",
    "out_total": "running total of people who went out",
    "passages": "people who passed since the last message, either way",
    "passages_total": "running total of people who passed, either way",
    "people": "people present now",
    "occupied": "whether somebody is present",
    "motions": "movements since the last message",
    "motions_total": "running total of movements",
}
HEAD: Final = "[[sites.mappings]]"
_KEYS: Final = ("device", "time", "each", "channel")
_START: Final = re.compile(r'# (start = "(?:[^"\\]|\\.)*")  # .*')
_CHOICE: Final = re.compile(  # what stands behind ";" is more than the page asks
    r'# values\.((?:[a-z_0-9]+|"(?:[^"\\]|\\.)*") = "(?:[^"\\]|\\.)*")  # [^;]*'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to read a field: a metric, or metric:channel, and the path. `besides` is what it needs besides that."""

    key: str
    path: str
    besides: str = ""

    @property
    def metric(self) -> str:
        """The metric alone."""
        return split(self.key)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingDraft:
    """A mapping without values, and the choices of which a person takes some."""

    topic: str
    choices: Sequence[Choice]
    device: str = ""
    time: str = ""
    start: str = ""
    each: str = ""
    channel: str = ""
    only: Mapping[str, str] = field(default_factory=dict)


def name_of(topic: str) -> str:
    """Return a name for the devices behind a topic: its first level that is a word, after the receiver's prefix."""
    levels = topic.removeprefix("besok/in/").lower().split("/")
    plain = (re.sub(r"[^a-z0-9]+", "-", level).strip("-") for level in levels)
    return next((level for level in plain if level and not level.isdecimal()), "counter")[:40].rstrip("-")


def filter_of(topic: str) -> str:
    """Return a topic as a filter that matches that topic alone."""
    return re.sub(r"[^/]*[+#][^/]*", "+", topic)


def written(draft: MappingDraft) -> str:
    """Format a draft as lines of a site file."""
    lines = [HEAD, f"name = {_quoted(name_of(draft.topic))}", f"topic = {_quoted(filter_of(draft.topic))}"]
    lines += [f"{key} = {_quoted(path)}" for key in _KEYS if (path := getattr(draft, key))]
    lines += [f"only.{_quoted(path)} = {_quoted(text)}" for path, text in draft.only.items()]
    if draft.start and draft.time:
        lines.append(
            f"# start = {_quoted(draft.start)}  # of the period that is counted; not with a running total"
        )
    for choice in draft.choices:
        key = choice.key if re.fullmatch(r"\w+", choice.key, re.ASCII) else _quoted(choice.key)
        besides = f"; {choice.besides}" if choice.besides else ""
        says = SAYS.get(choice.metric, f"{METRICS[choice.metric].description}, as it is read already")
        lines.append(f"# values.{key} = {_quoted(choice.path)}  # {says}{besides}")
    return "\n".join(lines)


def read(text: str) -> MappingDraft | None:
    """Parse the first draft in a text; None if no draft in it offers a choice."""
    lines = text[text.find(HEAD) :].split("\n") if HEAD in text else []
    lines = lines[: next((n for n, line in enumerate(lines) if not line.strip()), len(lines))]
    lines_chosen = [match[1] for line in lines if (match := _CHOICE.fullmatch(line.rstrip()))]
    start = [match[1] for line in lines if (match := _START.fullmatch(line.rstrip()))]
    try:
        plain = tomllib.loads("\n".join([*(line for line in lines[1:] if not line.startswith("#")), *start]))
        choices = [next(iter(tomllib.loads(line).items())) for line in lines_chosen]
    except tomllib.TOMLDecodeError:
        return None
    if not any(split(key)[0] in SAYS for key, _ in choices) or not isinstance(plain.get("topic"), str):
        return None
    only = plain.get("only", {})
    return MappingDraft(
        topic=plain["topic"],
        only=only if isinstance(only, dict) else {},
        choices=tuple(Choice(key=key, path=path) for key, path in choices),
        **{key: plain[key] for key in (*_KEYS, "start") if isinstance(plain.get(key), str)},
    )


def chosen(draft: MappingDraft, values: Mapping[str, str], name: str = "") -> PayloadMapping:
    """Return the mapping of a draft with the values that a person has chosen, besides those without a choice."""
    known = {c.key: c.path for c in draft.choices if c.metric not in SAYS}
    is_flow = all(METRICS[split(key)[0]].kind is Kind.FLOW for key in values)
    return PayloadMapping(
        name=name or name_of(draft.topic),
        topic=filter_of(draft.topic),
        values=known | dict(values),
        start=draft.start if draft.time and is_flow else "",
        only=draft.only,
        **{key: getattr(draft, key) for key in _KEYS},
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # TOML's basic strings are written as JSON's
