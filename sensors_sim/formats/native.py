"""Besök's native topics and payloads, as a device would send them (docs/reference/native-messages.md)."""

from collections.abc import Sequence
from typing import Final

from sensors_sim.reports import Flow, Level, Report
from sensors_sim.times import utc

PREFIX: Final = "besok/v1"
ONLINE, OFFLINE = b"online", b"offline"


def topic(site: str, device: str, kind: str) -> str:
    """Return the native topic of a device for a kind of message, such as "status"."""
    return f"{PREFIX}/{site}/{device}/{kind}"


def report(sent: Report) -> tuple[str, bytes]:
    """Encode a report of a device with a clock."""
    return _encode(sent, utc(sent.time))


def clockless(sent: Report) -> tuple[str, bytes]:
    """Encode a report of a device without a clock: sequence numbers tell its messages apart."""
    return _encode(sent, "")


def _encode(sent: Report, time: str) -> tuple[str, bytes]:
    texts = [item(time, reported, sent.wraps, sent.seq) for reported in sent.items]
    return message(sent.site, sent.device, sent.kind, texts)


def message(site: str, device: str, kind: str, items: Sequence[str]) -> tuple[str, bytes]:
    """Return topic and payload of a message with these items: one object, or a list of several."""
    body = items[0] if len(items) == 1 else f"[{','.join(items)}]"
    return topic(site, device, kind), body.encode()


def item(time: str, reported: Flow | Level, wraps: int = 0, seq: int | None = None) -> str:
    """Encode a flow in the period that ends at `time` (ISO 8601, UTC; "" for a device without a clock), or a level."""
    at = f'"time":"{time}",' if time else ""
    number = "" if seq is None else f',"seq":{seq}'
    if isinstance(reported, Flow):
        totals = ""
        if reported.totals is not None:
            all_in, all_out = (n % wraps if wraps else n for n in reported.totals)
            totals = f',"in_total":{all_in},"out_total":{all_out}' + (f',"wraps":{wraps}' if wraps else "")
        counts = f'"period_s":{reported.period_s},"in":{reported.entries},"out":{reported.exits}{totals}'
        return f'{{{at}{counts}{_name("line", reported.line)}{number},"simulated":true}}'
    state = ("true" if reported.value else "false") if reported.metric == "occupied" else reported.value
    return f'{{{at}"{reported.metric}":{state}{_name("region", reported.region)}{number},"simulated":true}}'


def _name(field: str, value: str) -> str:
    if value == "1":
        return ""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f',"{field}":"{quoted}"'
