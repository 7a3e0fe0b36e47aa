"""Headcounts: how many lay within the intervals of the estimates, what room sensors show of them, the latest ones."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.headcounts import HeadcountInfo, SiteHeadcounts, SpaceHeadcounts
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components.chart import sheet
from dashboard.components.elements import fold, present, quiet

SHOWN = 20  # of the latest


def section(found: SiteHeadcounts, zone: str) -> Any:
    """Return what the headcounts of the last weeks say."""
    head = [_("Room"), _("Headcounts"), _("Within"), _("Estimate − headcount"), _("Room sensor shows")]
    title = _("Headcounts by room")
    return html.Div(
        present(
            html.P(said(found), className="finding"),
            html.P(
                html.A(
                    _("Walk a headcount round with a phone"),
                    href=f"/count/{found.site}?mode=rooms",
                    className="go",
                )
            ),
            sheet(head, [_space(s) for s in found.spaces], title) if found.spaces else None,
            quiet(
                _(
                    "Each headcount is compared with the estimate of its minute as it was before, and then used: it "
                    "moves the estimate of the day. Room sensor / people counted, with the 95 % interval."
                )
            )
            if found.spaces
            else None,
            _latest(found.counts, zone),
        ),
        className="headcounts",
    )


def said(found: SiteHeadcounts) -> str:
    """Return `Of 40 headcounts 33 lay within the 80 % interval (68–91 %).` and what that means."""
    if not found.judged or found.share_lower is None or found.share_upper is None:
        return _("No headcount of the last eight weeks could be compared with an estimate.")
    text = plural(
        "Of {n} headcount {within} lay within the 80 % interval (95 % interval {low}–{high}).",
        "Of {n} headcounts {within} lay within the 80 % interval (95 % interval {low}–{high}).",
        found.judged,
    ).format(
        n=found.judged,
        within=found.within,
        low=formats.number(100 * found.share_lower),
        high=formats.percent(found.share_upper),
    )
    return f"{text} {_verdict(found)}"


def _verdict(found: SiteHeadcounts) -> str:
    if found.honest is None:
        return _("That is too few to judge the intervals.")
    if found.honest:
        return _("That agrees with what they say.")
    if found.within < 0.8 * found.judged:
        return _("They are narrower than they should be: look at the doors of the rooms below.")
    return _("They are wider than they need to be.")


def _space(s: SpaceHeadcounts) -> list[str]:
    within = _("{n} of {all}").format(n=s.within, all=s.judged) if s.judged else formats.UNKNOWN
    off = formats.UNKNOWN if s.bias is None else formats.signed(s.bias)
    return [named(s.name), str(s.headcounts), within, off, _scale(s)]


def _scale(s: SpaceHeadcounts) -> str:
    if s.scale is None or s.scale_lower is None or s.scale_upper is None:
        return formats.UNKNOWN
    between = f"{formats.number(100 * s.scale_lower)}–{formats.percent(s.scale_upper)}"
    return f"{formats.percent(s.scale)} ({between})"


def _latest(counts: Sequence[HeadcountInfo], zone: str) -> Any:
    """Return the latest headcounts, folded away."""
    head = [_("When"), _("Room"), _("Who"), _("People"), _("Taken seats"), _("Estimate before"), _("Used")]
    title = _("The latest headcounts")
    rows = [_count(c, zone) for c in counts[:SHOWN]]
    return fold(title, sheet(head, rows, title, "scroll")) if rows else None


def _count(c: HeadcountInfo, zone: str) -> list[str]:
    estimate = formats.UNKNOWN
    if c.estimate is not None and c.lower is not None and c.upper is not None:
        estimate = f"{formats.number(c.estimate)} {formats.interval(c.lower, c.upper)}"
    used = _("no: {why}").format(why=c.undone_why) if c.undone else _("yes")
    seats = formats.UNKNOWN if c.seats_taken is None else formats.number(c.seats_taken)
    time = formats.stamp(c.time, zone)
    return [
        time,
        named(c.name),
        formats.author(c.counted_by),
        formats.number(c.people),
        seats,
        estimate,
        used,
    ]
