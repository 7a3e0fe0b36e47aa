"""Besök's own topics and payloads, as a device would send them (docs/reference/native-messages.md)."""

from collections.abc import Iterable
from typing import Final, Literal

from sensors_sim.report import Flow, Level, Report, utc

Kind = Literal["flow", "level"]
PREFIX: Final = "besok/v1"
ONLINE, OFFLINE = b"online", b"offline"


def topic(site: str, device: str, kind: str) -> str:
    """Where the device publishes what it has of this kind, "status" among them."""
    return f"{PREFIX}/{site}/{device}/{kind}"


def flow(time: str, item: Flow, seq: int | None = None, wraps: int = 0) -> str:
    """One flow item: who passed in the period that ends at `time` (ISO 8601, UTC; "" for a device without a clock)."""
    totals = ""
    if item.totals is not None:
        all_in, all_out = (n % wraps if wraps else n for n in item.totals)
        totals = f',"in_total":{all_in},"out_total":{all_out}{_number("wraps", wraps or None)}'
    return (
        f'{{{_time(time)}"period_s":{item.period_s},"in":{item.came},"out":{item.went}{totals}'
        f'{_name("line", item.line)}{_number("seq", seq)},"simulated":true}}'
    )


def level(time: str, item: Level, seq: int | None = None) -> str:
    """One level item: how many people are in the region at `time`, whether anybody is, or the air."""
    state = ("true" if item.value else "false") if item.metric == "occupied" else item.value
    names = _name("region", item.region) + _number("seq", seq)
    return f'{{{_time(time)}"{item.metric}":{state}{names},"simulated":true}}'


def report(said: Report) -> tuple[str, bytes]:
    """Topic and payload of a device with a clock."""
    return _report(said, utc(said.time))


def clockless(said: Report) -> tuple[str, bytes]:
    """Topic and payload of a device that knows no time: its messages are told apart by their numbers."""
    return _report(said, "")


def _report(said: Report, time: str) -> tuple[str, bytes]:
    items = (
        flow(time, item, said.seq, said.wraps) if isinstance(item, Flow) else level(time, item, said.seq)
        for item in said.items
    )
    return encode(said.site, said.device, said.kind, items)


def _time(time: str) -> str:
    return f'"time":"{time}",' if time else ""


def _name(field: str, value: str) -> str:
    if value == "1":
        return ""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f',"{field}":"{quoted}"'


def _number(field: str, value: int | None) -> str:
    return "" if value is None else f',"{field}":{value}'


def encode(site: str, device: str, kind: str, items: Iterable[str]) -> tuple[str, bytes]:
    """Topic and payload of a message with these items: one object, or a list of several."""
    texts = list(items)
    body = texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"
    return topic(site, device, kind), body.encode()
