"""Besök's own topics and payloads, as a device would send them. docs/native-payload.md describes the format."""

from collections.abc import Iterable
from typing import Final, Literal

Kind = Literal["flow", "level"]
PREFIX: Final = "besok/v1"
ONLINE, OFFLINE = b"online", b"offline"


def topic(site: str, device: str, kind: Kind | Literal["status"]) -> str:
    """Where the device publishes what it has of this kind."""
    return f"{PREFIX}/{site}/{device}/{kind}"


def flow(time: str, period_s: int, came: int, went: int, line: str = "1", seq: int | None = None) -> str:
    """One flow item: who passed in the `period_s` seconds that end at `time` (ISO 8601, UTC)."""
    return (
        f'{{"time":"{time}","period_s":{period_s},"in":{came},"out":{went}{_name("line", line)}{_seq(seq)}'
        f',"simulated":true}}'
    )


def level(time: str, value: int, *, presence: bool, region: str = "1", seq: int | None = None) -> str:
    """One level item: how many people are in the region at `time`, or whether anybody is."""
    state = f'"occupied":{"true" if value else "false"}' if presence else f'"people":{value}'
    return f'{{"time":"{time}",{state}{_name("region", region)}{_seq(seq)},"simulated":true}}'


def _name(field: str, value: str) -> str:
    if value == "1":
        return ""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f',"{field}":"{quoted}"'


def _seq(seq: int | None) -> str:
    return "" if seq is None else f',"seq":{seq}'


def encode(site: str, device: str, kind: Kind, items: Iterable[str]) -> tuple[str, bytes]:
    """Topic and payload of a message with these items: one object, or a list of several."""
    texts = list(items)
    body = texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"
    return topic(site, device, kind), body.encode()
