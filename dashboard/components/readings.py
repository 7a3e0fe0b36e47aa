"""Readings in words: the last reading of a sensor without the terms of metrics."""

from datetime import datetime

from besok.model.metrics import METRICS
from besok.model.views.devices import LastReading
from besok.text import formats
from besok.text.languages import _, plural


def names(value: float) -> dict[str, str]:
    """Return the text of each metric; `{n}` is its `value`. A metric without a text is shown by its
    name.
    """
    return {
        "in": _("{n} in"),
        "out": _("{n} out"),
        "in_total": _("{n} in since the start"),
        "out_total": _("{n} out since the start"),
        "passages": _("{n} passing"),
        "passages_total": _("{n} passing since the start"),
        "people": _("{n} present"),
        "motions": plural("{n} movement", "{n} movements", value),
        "motions_total": plural("{n} movement since the start", "{n} movements since the start", value),
        "dwell_s": _("dwell time {n} s"),
        "co2_ppm": _("carbon dioxide {n} ppm"),
        "temperature_c": _("{n} °C"),
        "humidity_pct": _("humidity {n} %"),
        "light_lux": _("light {n} lx"),
        "sound_db": _("sound {n} dB"),
        "battery_pct": _("battery {n} %"),
        "battery_v": _("battery {n} V"),
    }


def text_of(reading: LastReading) -> str:
    """`3 in`, `temperature 21.4 °C`, `occupied`."""
    if reading.metric == "occupied":
        return _("occupied") if reading.value else _("free")
    digits = 0 if float(reading.value).is_integer() else 1
    number = formats.number(reading.value, digits)
    text = names(reading.value).get(reading.metric)
    if text:
        return text.format(n=number)
    unit = METRICS[reading.metric].unit if reading.metric in METRICS else ""
    return f"{reading.metric} {number} {unit}".strip()


def ago(then: datetime, now: datetime) -> str:
    """`12 s ago`, `3 min ago`, `5 h ago`, `2 days ago`."""
    seconds = max((now - then).total_seconds(), 0)
    for length, text in ((86_400, _("{n} days ago")), (3600, _("{n} h ago")), (60, _("{n} min ago"))):
        if seconds >= 2 * length:
            return text.format(n=formats.number(seconds // length))
    return _("{n} s ago").format(n=formats.number(seconds // 1))
