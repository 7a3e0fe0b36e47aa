"""Adapters turn a message into readings. A new family is one file with one `decode`, and one row in ADAPTERS."""

from collections.abc import Callable
from dataclasses import dataclass

from collectors.adapters import native
from core.readings import Decoded, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One row of the registry: `reads` says which topics are for it, `decode` is a pure function."""

    name: str
    reads: Callable[[str], bool]
    decode: Callable[[Message], Decoded]


ADAPTERS: tuple[Adapter, ...] = (
    Adapter(name="native", reads=lambda topic: topic.startswith(native.PREFIX), decode=native.decode),
)


def adapter_for(topic: str) -> Adapter | None:
    """The first adapter that reads `topic`; None if nobody does."""
    return next((a for a in ADAPTERS if a.reads(topic)), None)
