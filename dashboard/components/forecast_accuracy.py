"""Accuracy of forecasts: in a sentence, by length, and each one beside the outcome."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.forecast import Record, Scored
from besok.text import formats, narratives
from besok.text.languages import _
from dashboard.components.chart import chart, sheet
from dashboard.components.elements import csv_format, fold, quiet, titled
from dashboard.figures import forecast as figures


def section(site: str, scored: Sequence[Scored], records: Sequence[Record]) -> Any:
    """Return the accuracy of forecasts: in a sentence, by length, and each one."""
    judged = [s for s in scored if s.judged]
    foremost = narratives.foremost(records)
    kind = (foremost.days, foremost.afterwards, foremost.model) if foremost else None
    charted = [s for s in judged if kind == (s.days, s.afterwards, s.model)]
    sentence = narratives.record(records, len(judged))
    header = [
        _("Visits of"), _("Made"), _("Method"), _("Forecasts"), _("In the interval"), _("Expected by chance"),
        _("Typical error"), _("Bias"),
    ]  # fmt: skip
    rows = [_record_row(r) for r in records]
    by_length = sheet(header, rows, _("Forecast accuracy by horizon"), "scroll sheet years")
    afterwards = quiet(_afterwards()) if any(r.afterwards for r in records) else None
    details = [_chart(site, charted) if charted else None, by_length, quiet(_meaning()), afterwards]
    return titled(
        _("Forecast accuracy"),
        html.P(sentence, className="finding"),
        fold(_("By horizon, and each forecast"), *details, className="detail") if records else None,
    )


def _chart(site: str, judged: Sequence[Scored]) -> Any:
    about = _(
        "Each bar is the 80 % prediction interval for the {n} days after the forecast was made; the mark is the "
        "outcome."
    )
    days = judged[0].days
    return chart(
        figures.record(judged),
        label=_("Forecasts of {n} days: intervals and outcomes").format(n=days),
        finding=about.format(n=days),
        head=[_("Made after"), _("low (80 %)"), _("high (80 %)"), _("Outcome"), _("In the interval")],
        rows=[_judged_row(s) for s in judged],
        csv=f"/api/v1/sites/{site}/forecast/record?format={csv_format()}",
        name="record",
        embed=max(one.last for one in judged),
    )


def _meaning() -> str:
    return _(
        "Half of the forecasts had a smaller error than the typical one. A positive bias "
        "means that forecasts were too high. Expected by chance: how many outcomes lie in the"
        " interval, with 95 % probability, if all intervals are right; forecasts whose days "
        "overlap hit or miss together."
    )


def _judged_row(one: Scored) -> list[str]:
    figures_ = (formats.number(v) for v in (one.low80, one.high80, one.truth))
    return [formats.day(one.origin), *figures_, _("yes") if one.held else _("no")]


def _record_row(record: Record) -> list[str]:
    covered = _("{held} ({share})").format(held=record.held, share=formats.percent(record.held / record.made))
    length = _("{n} days").format(n=record.days)
    chance = _("{low} to {high}").format(low=record.right_low, high=record.right_high)
    return [
        length,
        _("afterwards") if record.afterwards else _("in advance"),
        record.model,
        str(record.made),
        covered,
        chance,
        formats.percent(record.error, 1),
        formats.signed_percent(record.bias),
    ]


def _afterwards() -> str:
    return _("Made afterwards: recomputed from the visits up to the day they start from.")
