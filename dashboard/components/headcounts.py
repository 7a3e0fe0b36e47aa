"""Headcounts: the share within the intervals of the estimates, the share that room sensors show, the latest ones."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.headcounts import HeadcountInfo, SiteHeadcounts, SpaceHeadcounts
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components.chart import sheet
from dashboard.components.elements import fold, present, quiet

SHOWN = 20  # of the latest


def section(headcounts: SiteHeadcounts, zone: str) -> Any:
    """Return the comparison of the last weeks' headcounts with estimates."""
    header = [_("Room"), _("Headcounts"), _("Within"), _("Estimate − headcount"), _("Room sensor shows")]
    title = _("Headcounts by room")
    return html.Div(
        present(
            html.P(sentence(headcounts), className="finding"),
            html.P(
                html.A(
                    _("Walk a headcount round with a phone"),
                    href=f"/count/{headcounts.site}?mode=rooms",
                    className="go",
                )
            ),
            sheet(header, [_space(s) for s in headcounts.spaces], title) if headcounts.spaces else None,
            quiet(
                _(
                    "Each headcount is compared with the estimate of its minute as it was before, and then used: it "
                    "moves the estimate of the day. Room sensor / people counted, with the 95 % interval."
                )
            )
            if headcounts.spaces
            else None,
            _latest(headcounts.counts, zone),
        ),
        className="headcounts",
    )


def sentence(headcounts: SiteHeadcounts) -> str:
    """Return `Of 40 headcounts 33 lay within the 80 % interval (68–91 %).` and a verdict on it."""
    if not headcounts.judged or headcounts.share_lower is None or headcounts.share_upper is None:
        return _("No headcount of the last eight weeks could be compared with an estimate.")
    text = plural(
        "Of {n} headcount {within} lay within the 80 % interval (95 % interval {low}–{high}).",
        "Of {n} headcounts {within} lay within the 80 % interval (95 % interval {low}–{high}).",
        headcounts.judged,
    ).format(
        n=headcounts.judged,
        within=headcounts.within,
        low=formats.number(100 * headcounts.share_lower),
        high=formats.percent(headcounts.share_upper),
    )
    return f"{text} {_verdict(headcounts)}"


def _verdict(headcounts: SiteHeadcounts) -> str:
    if headcounts.honest is None:
        return _("That is too few to judge the intervals.")
    if headcounts.honest:
        return _("That agrees with what they say.")
    if headcounts.within < 0.8 * headcounts.judged:
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
    header = [_("When"), _("Room"), _("Who"), _("People"), _("Taken seats"), _("Estimate before"), _("Used")]
    title = _("The latest headcounts")
    rows = [_count(c, zone) for c in counts[:SHOWN]]
    return fold(title, sheet(header, rows, title, "scroll")) if rows else None


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
