"""How good the forecasts were: in a sentence, by length, and each one beside what came."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.forecast import Record, Scored
from besok.text import formats, narratives
from besok.text.languages import _
from dashboard.components import files
from dashboard.components.chart import chart, sheet
from dashboard.figures import forecast as figures


def section(site: str, found: Sequence[Scored], records: Sequence[Record]) -> Any:
    """How good the forecasts were: in a sentence, by length, and each one."""
    foremost = narratives.foremost(records)
    drawn = foremost.days if foremost else 0
    judged = [s for s in found if s.judged and s.days == drawn]
    parts: list[Any] = [html.H2(_("How good the forecasts were"))]
    if judged:
        about = _("Each bar is what was forecast of the {n} days after it was made; the mark is what came.")
        parts.append(html.P(about.format(n=drawn), className="quiet"))
        parts.append(
            chart(
                figures.record(judged),
                label=_("Forecasts of {n} days: their intervals, and what came").format(n=drawn),
                finding=narratives.record(records),
                head=[_("Made after"), _("low (80 %)"), _("high (80 %)"), _("What came"), _("Held")],
                rows=[_judged_row(s) for s in judged],
                csv=f"/api/v1/sites/{site}/forecast/record?format={files.form()}",
                name="record",
            )
        )
    else:
        parts.append(html.P(narratives.record([]), className="quiet"))
    if records:
        head = [_("Visits of"), _("Forecasts"), _("Held"), _("By chance"), _("Typical error"), _("Bias")]
        rows = [_record_row(r) for r in records]
        parts.append(
            sheet(head, rows, _("How good the forecasts were, by their length"), "scroll sheet years")
        )
        parts.append(html.P(_meaning(), className="quiet"))
    if any(r.afterwards for r in records):
        parts.append(html.P(_afterwards(records), className="quiet"))
    return html.Section(parts)


def _meaning() -> str:
    return _(
        "Half of the forecasts were off by less than the typical error. The bias says which way: with + more was "
        "forecast than came. By chance is how many hold, 19 times of 20, if all intervals are right: forecasts "
        "whose days overlap hold or miss together."
    )


def _judged_row(one: Scored) -> list[str]:
    figures_ = (formats.number(v) for v in (one.low80, one.high80, one.truth))
    return [formats.day(one.origin), *figures_, _("yes") if one.held else _("no")]


def _record_row(one: Record) -> list[str]:
    held = _("{held} ({share})").format(held=one.held, share=formats.percent(one.held / one.made))
    length = _("{n} days").format(n=one.days)
    chance = _("{low} to {high}").format(low=one.right_low, high=one.right_high)
    return [
        length,
        str(one.made),
        held,
        chance,
        formats.percent(one.error, 1),
        formats.signed_percent(one.bias, 1),
    ]


def _afterwards(records: Sequence[Record]) -> str:
    made = sum(r.afterwards for r in records)
    return _(
        "{n} of these were made afterwards, when Besök was installed, from nothing but what was known on their day."
    ).format(n=made)
