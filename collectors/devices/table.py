"""Model tables: data files that describe what the messages of a model mean (docs/how-to/connect-a-sensor.md).

A table is TOML: who makes the device, the document that says so, how its messages are recognised, and for each metric
of the catalogue where its value is. The keys are those of the structs below, the language of paths that of mappings
(docs/reference/mappings.md). Every table carries examples, and a test reads each of them.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from collectors.devices.format import Format, made

FOLDER: Final = Path(__file__).with_name("tables")


class TableError(ValueError):
    """A model table or a layout is wrong; the text names the file and says where and why."""


class Example(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A message of the device and its expected result: "channel metric value", or "not data", or "rejected: why"."""

    gives: str | list[str]
    topic: str = ""
    payload: str | dict[str, Any] | list[Any] = ""
    hex: str = ""
    port: int = 1
    fields: dict[str, Any] = {}


class Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A model table as its file writes it."""

    vendor: str
    model: str
    kind: Literal[
        "people counter", "presence sensor", "desk sensor", "seat sensor", "room sensor", "camera", "platform"
    ]
    document: str
    examples: list[Example]
    messages: list[Format] = []
    platform: str = ""  # source of the platform that carries its messages; its own formats come before those
    also: list[str] = []
    apart: list[str] = []  # other models whose names contain this one's
    source: str = ""
    names: list[str] = []
    lorawan: dict[Literal["layout"], str] | None = None  # of a radio device: the layout of its frames
    note: str = ""  # shown in docs/reference/adapters.md
    path: str = ""  # of the file, set by the loader
    counts: bool = False  # whether it counts people, set by the loader

    @property
    def name(self) -> str:
        return f"{self.vendor} {self.model}"

    @property
    def source_key(self) -> str:
        """The source of the readings, which is also the name of the adapter."""
        source = self.source or self.platform or ("lorawan" if self.lorawan is not None else "")
        return source or re.sub(r"[^a-z0-9]+", "-", self.vendor.lower())

    @property
    def layout(self) -> str:
        """The layout of its radio frames, "" if Besök has none."""
        return (self.lorawan or {}).get("layout", "")

    @property
    def is_carried(self) -> bool:
        """Tell whether messages go through a platform, where people on site chose topics and names."""
        return bool(self.platform) or self.kind == "platform"


def parse(text: str, path: str) -> Table:
    """Parse the text of a table; keys under [common] apply to all its messages. Raises TableError."""
    try:
        data = tomllib.loads(text)
        common = data.pop("common", {})
        data["messages"] = [common | message for message in data.get("messages", [])]
        table = msgspec.convert(data, Table, dec_hook=made)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as exc:
        raise TableError(f"{path}: {exc}") from exc
    table.path = path
    has_twins = table.kind == "platform" or bool(table.also and table.lorawan is None)
    table.counts = any(form.counts for form in table.messages)
    for number, form in enumerate(table.messages):
        form.name, form.source = table.name, table.source_key
        form.rest = any(before.values for before in table.messages[:number])
        form.of_model = "" if has_twins else table.name
    if not (table.messages or table.platform) or not table.examples:
        raise TableError(f"{path}: a table has at least one kind of message (or a platform) and one example")
    return table


@cache
def tables() -> tuple[Table, ...]:
    """Return all shipped tables, ordered by name. Raises TableError."""
    return tuple(
        parse(file.read_text("utf-8"), file.relative_to(FOLDER).as_posix())
        for file in sorted(FOLDER.glob("*/*.toml"))
    )
