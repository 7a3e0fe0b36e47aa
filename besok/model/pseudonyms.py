"""Pseudonyms of senders that nobody has placed: keyed hashes, the same for the same name."""

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b

from besok.model.short_texts import cached_if_short

PSEUDONYM = re.compile(r"id-[0-9a-f]{16}")
_SEPARATORS = str.maketrans("", "", " :._-")


def canonical(name: str) -> str:
    """Return the form in which names are compared: networks write one address in several ways (24:E1:24 is 24e124)."""
    return name.translate(_SEPARATORS).casefold()


@cached_if_short(10_000)
def pseudonym(key: bytes, name: str) -> str:
    """Return the pseudonym of a name: its hash under the key of the installation. Idempotent."""
    if PSEUDONYM.fullmatch(name):
        return name
    digest = blake2b(canonical(name).encode("utf-8", "surrogatepass"), key=key[:64], digest_size=8)
    return f"id-{digest.hexdigest()}"


def hidden_by(key: bytes, names: Iterable[str]) -> dict[str, str]:
    """Return names, and their levels, by their pseudonyms."""
    parts = {part for name in names for part in (name, *name.split("/")) if part}
    return {pseudonym(key, part): part for part in parts if not PSEUDONYM.search(part)}


def reveal(text: str, names: Mapping[str, str]) -> str:
    """Replace pseudonyms by their names."""
    return PSEUDONYM.sub(lambda hidden: names.get(hidden[0], hidden[0]), text)


def by_level(name: str, change: Callable[[str], str]) -> str:
    """Apply a function to each level of a topic, or of a name built like one; separators stay."""
    return "/".join(change(level) if level else "" for level in name.split("/"))


def stands_for(hidden: str, name: str, key: bytes) -> bool:
    """Tell whether a name equals another one with pseudonyms for some of its levels."""
    levels, names = hidden.split("/"), name.split("/")
    return len(levels) == len(names) and all(
        level == plain or level == pseudonym(key, plain) for level, plain in zip(levels, names, strict=True)
    )


def line_of(channel: str) -> tuple[str, str]:
    """Split a channel into its kind with the colon, and the name of its line: `flow:`, `Line 0`."""
    kind, colon, line = channel.partition(":")
    return f"{kind}{colon}", line


def channel_stands_for(hidden: str, name: str, key: bytes) -> bool:
    """Tell whether a channel equals another one with a pseudonym for its line."""
    (kind, line), (other, plain_line) = line_of(hidden), line_of(name)
    return kind == other and stands_for(line, plain_line, key)
