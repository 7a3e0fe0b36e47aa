"""Checks of the mappings of a site file: paths, metrics and units."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from besok.model import topics
from besok.model.json_path import PathError, compiled
from besok.model.metrics import METRICS, Kind
from besok.model.site import PayloadMapping
from besok.model.site_rules import ID_FORM, zone_exists
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem
from besok.model.units import UNITS, unit_of

PERIOD_LIMIT = 86_400  # seconds that a flow reading may sum up
EXAMPLE = {"yes": "in use", "no": "free"}
_PATHS = ("device", "channel", "each", "time", "start", "seq")


def check(path: Path, mapping: PayloadMapping) -> Iterator[Problem]:
    """Yield every problem of one mapping, each with its key."""
    yield from _check_names(path, mapping)
    if reason := topics.problem(mapping.topic):
        yield (*path, "topic"), f'"{mapping.topic}" is not a topic filter: {reason}'
    yield from _check_paths(path, mapping)
    yield from _check_values(path, mapping)
    yield from _check_units(path, mapping)
    yield from _check_period(path, mapping)
    if mapping.time_format and not _tells_a_day(mapping.time_format):
        reason = (
            f'"{mapping.time_format}" does not tell day, month and year; write one such as "%d/%m/%Y %H:%M"'
        )
        yield (*path, "time_format"), reason
    if mapping.zone and not zone_exists(mapping.zone):
        yield (*path, "zone"), f'there is no time zone "{mapping.zone}"; write one such as "Europe/Stockholm"'
    if mapping.wraps < 0 or mapping.wraps == 1:
        reason = f"{mapping.wraps} is not possible; write where the count begins again, such as 65536, or leave it out"
        yield (*path, "wraps"), reason
    for key in ("yes", "no"):
        if "..." in getattr(mapping, key):
            reason = (
                f'"..." stands for the words; write those the sensor uses, as in {key} = ["{EXAMPLE[key]}"]'
            )
            yield (*path, key), reason
    if both := {word.lower() for word in mapping.yes} & {word.lower() for word in mapping.no} - {"..."}:
        yield (*path, "no"), f'"{min(both)}" cannot mean yes and no; take it out of one of the two'


def split(value: str) -> tuple[str, str]:
    """Split a key of `values` into metric and channel: "in_total:2" -> ("in_total", "2"), "in" -> ("in", "")."""
    metric, _, channel = value.partition(":")
    return metric, channel


def _tells_a_day(time_format: str) -> bool:
    """Tell whether a time format includes at least the day."""
    time = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
    try:
        return datetime.strptime(time.strftime(time_format), time_format).date() == time.date()  # noqa: DTZ007
    except ValueError:
        return False


def _check_names(path: Path, mapping: PayloadMapping) -> Iterator[Problem]:
    for key in ("name", "source"):
        name = getattr(mapping, key)
        if key == "name" or name:
            if not ID_FORM.fullmatch(name):
                reason = f'"{name}" cannot be a {key}: small letters, digits and single - only, as in "acme"'
                yield (*path, key), reason
            elif name == "native":
                yield (*path, key), 'the source "native" is that of Besök\'s own payload; choose another name'


def _check_paths(path: Path, mapping: PayloadMapping) -> Iterator[Problem]:
    paths: list[tuple[Path, str]] = [
        ((*path, key), getattr(mapping, key)) for key in _PATHS if getattr(mapping, key)
    ]
    paths += [((*path, "values", key), text) for key, text in mapping.values.items()]
    paths += [((*path, "only", text), text) for text in mapping.only]
    if isinstance(mapping.period_s, str):
        paths.append(((*path, "period_s"), mapping.period_s))
    for at, text in paths:
        try:
            parsed = compiled(text)
        except PathError as exc:
            yield at, str(exc)
            continue
        levels = mapping.topic.removeprefix("/").split("/")
        if parsed.begins == "topic" and levels[-1] != "#" and abs(parsed.level) > len(levels):
            yield at, f"the topic has {len(levels)} level{'s' * (len(levels) > 1)} only; there is no {text}"
        if parsed.begins == "around":
            yield at, "only model tables have items within items; begin the path with $ or @"
        if parsed.begins in ("key", "item") and not mapping.each:
            what = "a name of its own" if parsed.begins == "key" else "@"
            reason = (
                f'only an item has {what}; say with each = "..." what the items are, or begin the path with $'
            )
            yield at, reason
        if at[-1] == "each" and parsed.begins not in ("message",):
            reason = f'"{text}" cannot lead to the items; write a path from the top of the message, as in $.lines[*]'
            yield at, reason


def _check_values(path: Path, mapping: PayloadMapping) -> Iterator[Problem]:
    if not mapping.values:
        yield (*path, "values"), 'it reads nothing; say what is where, as in values = { in_total = "$.in" }'
    for key in mapping.values:
        metric, channel = split(key)
        if metric not in METRICS:
            known = suggestion(metric, METRICS) or f": {', '.join(METRICS)}"
            yield (*path, "values", key), f'"{metric}" is not measured here{known}'
        elif ":" in key and not _is_channel(channel):
            reason = f'"{channel}" is not a line or region; write a short name, as in "{metric}:2"'
            yield (*path, "values", key), reason
        elif channel and mapping.channel:
            reason = f'it is of channel "{channel}" here, and channel = says another; keep one'
            yield (*path, "values", key), reason


def _is_channel(text: str) -> bool:
    return 0 < len(text) <= 60 and text.isprintable() and text == text.strip()


def _check_units(path: Path, mapping: PayloadMapping) -> Iterator[Problem]:
    for key, unit in mapping.units.items():
        at = (*path, "units", key)
        if key not in (*mapping.values, "period_s"):
            yield at, f"values has no {key}{suggestion(key, mapping.values)}; name what has another unit"
        elif isinstance(unit, float | int):
            if not 0 < unit < 1e9:
                yield at, f"{unit:g} is not a factor; write a number to multiply by, as in 0.1 for tenths"
        elif split(key)[0] in (*METRICS, "period_s"):
            fitting = [name for name, known in UNITS.items() if known.to == unit_of(split(key)[0])]
            if unit not in fitting:
                yield at, f'"{unit}" is not possible; {_choice(unit_of(split(key)[0]), fitting)}'


def _choice(stored_unit: str, fitting: Sequence[str]) -> str:
    units = f"write {' or '.join(fitting)}, or " if fitting else "write "
    return f"{units}a number to multiply by{f'; without it the value is in {stored_unit}' if stored_unit else ''}"


def _check_period(path: Path, mapping: PayloadMapping) -> Iterator[Problem]:
    period = mapping.period_s
    if not isinstance(period, str) and not 0 <= period <= PERIOD_LIMIT:
        reason = f"{period:g} is not possible; write the seconds a count sums up, at most a day"
        yield (*path, "period_s"), reason
    if mapping.start and period:
        yield (*path, "start"), "the period has its length in period_s already; keep one of the two"
    if mapping.start and not mapping.time:
        yield (*path, "start"), "a beginning alone is not a period; say with time = where its end is"
    known = [METRICS[metric] for metric in (split(key)[0] for key in mapping.values) if metric in METRICS]
    if (mapping.start or period) and known and not any(metric.kind is Kind.FLOW for metric in known):
        key = "start" if mapping.start else "period_s"
        yield (*path, key), "totals and states have no period; leave it out, or read in, out or passages"
