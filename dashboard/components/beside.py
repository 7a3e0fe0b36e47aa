"""What people who counted beside the sensors found: how well each door counts, what to count next, what was
corrected.
"""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.validation import Accuracy, Advice, Verdict
from besok.model.views.calibration import Calibration, CountInfo, DoorInfo, SiteCalibration
from besok.model.views.series import VisitPoint
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components import notices
from dashboard.components.attrs import HIDDEN, data
from dashboard.components.chart import sheet

SHOWN = 10  # counts, and past proposals
LEVELS: dict[Verdict, str] = {"good": "calm", "factor": "busy", "broken": "full"}


def section(known: SiteCalibration, zone: str) -> Any:
    """The doors with their accuracy, the next count to make, and what was counted and decided."""
    if not known.doors:
        return notices.nothing(_("No door has a sensor"), _("Name the sensors of doors in the site file."))
    names = {d.portal: named(d.name) for d in known.doors}
    explained = _("How to count, and what the words mean:")
    return html.Div(
        [
            html.P(next_count(known.advice, names, known.usual_week), className="finding"),
            html.P(html.A(_("Count at a door with a phone"), href=f"/count/{known.site}", className="go")),
            *_doors(known.doors, names, zone),
            html.P([explained, " ", html.Code("docs/how-to/validate-a-counter.md")], className="quiet"),
            *_proposals(known, names),
            *_counts(known.counts, names, zone),
        ],
        className="beside",
    )


def _doors(doors: Sequence[DoorInfo], names: dict[str, str], zone: str) -> list[Any]:
    """A row for each door at which somebody has counted, or whose figures are corrected; the others in a sentence."""
    known = [d for d in doors if d.last_counted or d.correction]
    others = [names[d.portal] for d in doors if d not in known]
    rows = [[names[d.portal], _way(d, d.into), _way(d, d.out), _last(d, zone), _figures(d)] for d in known]
    heads = [_("Door"), _("In"), _("Out"), _("Last counted"), _("Figures")]
    shares = _("Sensor / person, with the interval that holds 19 times of 20.")
    left = _("Nobody has counted yet at: {doors}.").format(doors=formats.several(others))
    if not known:
        left = _("Nobody has counted at any door yet.")
    return [
        *(
            [sheet(heads, rows, _("Counted beside the sensors")), html.P(shares, className="quiet")]
            if rows
            else []
        ),
        *([html.P(left, className="quiet")] if others else []),
    ]


def next_count(advice: Sequence[Advice], names: dict[str, str], usual_week: float = 1.0) -> str:
    """Which door to count at next, and what that gives."""
    if not advice and not usual_week:
        return _("Nobody was seen to enter in the last eight weeks: what to count next cannot be told.")
    if not advice:
        return _("Another count would teach next to nothing now.")
    best = advice[0]
    text = plural(
        "Count next: {door}, {weekday} between {begin} and {end}. About {n} person goes in there in a quarter of "
        "an hour, and the doubt about the visits goes from ±{now} to ±{after}.",
        "Count next: {door}, {weekday} between {begin} and {end}. About {n} people go in there in a quarter of "
        "an hour, and the doubt about the visits goes from ±{now} to ±{after}.",
        round(best.expected),
    )
    digits = 1 if round(best.margin_now, 3) != round(best.margin_after, 3) else 2
    return text.format(
        door=names.get(best.portal, best.portal),
        weekday=formats.weekdays("wide")[best.weekday],
        begin=f"{best.hour:02}:00",
        end=f"{best.hour + 1:02}:00",
        n=formats.number(best.expected),
        now=formats.percent(best.margin_now, digits),
        after=formats.percent(best.margin_after, digits),
    )


def corrected_note(site: str, points: Sequence[VisitPoint]) -> list[Any]:
    """How many of the visits shown come from corrections; nothing where none do."""
    added = sum(p.corrected for p in points)
    total = sum(p.gross or 0 for p in points)
    if abs(added) < 0.5 or not total:
        return []
    text = _(
        "Corrected figures: accepted calibrations of doors changed the visits shown here by {n} ({share})."
    )
    share = formats.signed_percent(added / (total - added), 1) if total > added else formats.UNKNOWN
    said = text.format(n=formats.number(added), share=share)
    return [
        html.P([said, " ", html.A(_("Which, and why"), href=f"/sensors/{site}#beside")], className="quiet")
    ]


def _way(door: DoorInfo, known: Accuracy) -> Any:
    """`91 % (85–95 %)` with what that means."""
    words = {
        "none": _("not counted"),
        "few": _("too few counted"),
        "good": _("good"),
        "unsure": _("count more"),
        "factor": _("counts wrong"),
        "broken": _("fix it"),
    }
    word, level = words[known.verdict], LEVELS.get(known.verdict, "moderate")
    if door.swapped:
        word, level = _("in and out exchanged?"), "busy"
    chip = html.Span(
        html.Span([html.Span(className="icon", **HIDDEN), word], className="chip"), **data(level=level)
    )
    if known.accuracy is None:
        return html.Span(word, className="quiet")
    between = f"({formats.number((known.lower or 0) * 100)}–{formats.percent(known.upper)})"
    return [f"{formats.percent(known.accuracy)} {between} ", chip]


def _last(door: DoorInfo, zone: str) -> str:
    if door.last_counted is None:
        return formats.UNKNOWN
    times = plural("{n} count", "{n} counts", door.counts).format(n=door.counts)
    return f"{formats.stamp(door.last_counted, zone)}, {times}"


def _figures(door: DoorInfo) -> str:
    """Whether the figures of a door are corrected."""
    force = door.correction
    if force is None:
        return _("as counted")
    text = _("corrected: in × {into}, out × {out}, by {who}: {why}")
    return text.format(
        into=formats.number(force.factor_in, 2),
        out=formats.number(force.factor_out, 2),
        who=force.decided_by,
        why=force.decided_why,
    )


def _proposals(known: SiteCalibration, names: dict[str, str]) -> list[Any]:
    """What waits for a decision, with the command that decides, and what was decided before."""
    waiting = [c for c in known.history if c.decision == "open"]
    past = [c for c in known.history if c.decision != "open"][:SHOWN]
    parts: list[Any] = []
    for c in waiting:
        said = _(
            "Proposed for {door}: in × {into}, out × {out}. It changes nothing until somebody accepts it:"
        ).format(
            door=names.get(c.portal, c.portal),
            into=formats.number(c.factor_in, 2),
            out=formats.number(c.factor_out, 2),
        )
        command = html.Code(f'besok calibrate accept {c.id} --by … --reason "…"')
        parts.append(html.P([said, " ", command], className="proposal"))
    if past:
        lines = [html.Li(_decided(c, names)) for c in past]
        parts.append(
            html.Details([html.Summary(_("What was decided before")), html.Ul(lines, className="resolved")])
        )
    return parts


def _decided(c: Calibration, names: dict[str, str]) -> str:
    """`Entrance: in × 1.11, out × 1.00, accepted 3 Mar 2026 by Robin: … Undone 4 Mar 2026 by Kim: …`"""
    text = (
        _("accepted {day} by {who}: {why}")
        if c.decision == "accepted"
        else _("rejected {day} by {who}: {why}")
    )
    factors = _("in × {into}, out × {out}").format(
        into=formats.number(c.factor_in, 2), out=formats.number(c.factor_out, 2)
    )
    day = formats.day(c.decided.date()) if c.decided else formats.UNKNOWN
    said = f"{names.get(c.portal, c.portal)}: {factors}, {text.format(day=day, who=c.decided_by, why=c.decided_why)}"
    if c.undone:
        undone = _("Undone {day} by {who}: {why}")
        said += " · " + undone.format(day=formats.day(c.undone.date()), who=c.undone_by, why=c.undone_why)
    return said


def _counts(counts: Sequence[CountInfo], names: dict[str, str], zone: str) -> list[Any]:
    """The latest counts beside what the sensors told, folded away."""
    if not counts:
        return []
    rows = [_count(c, names, zone) for c in counts[:SHOWN]]
    heads = [_("When"), _("Door"), _("Who"), _("Person"), _("Sensor"), _("Used")]
    latest = sheet(heads, rows, _("The latest counts"), "scroll")
    return [html.Details([html.Summary(_("The latest counts")), latest])]


def _count(c: CountInfo, names: dict[str, str], zone: str) -> list[str]:
    seen, pair = c.compared, _("{into} in, {out} out")
    person = pair.format(into=formats.number(c.counted_in), out=formats.number(c.counted_out))
    sensor = formats.UNKNOWN
    if seen.problem is None:  # of the stretch that both saw whole
        person = pair.format(into=formats.number(seen.counted_in), out=formats.number(seen.counted_out))
        sensor = pair.format(into=formats.number(seen.device_in), out=formats.number(seen.device_out))
    return [
        formats.stamp(c.begins, zone),
        names.get(c.portal, c.portal),
        c.counted_by,
        person,
        sensor,
        _used(c),
    ]


def _used(c: CountInfo) -> str:
    if c.discarded:
        return _("no: {why}").format(why=c.discarded_why)
    problems = {
        "no_sensor": _("no: the door had no sensor"),
        "silent": _("no: the sensor was silent"),
        "short": _("no: too short"),
        "waiting": _("not yet: the sensor has not reported"),
    }
    if c.compared.problem:
        return problems[c.compared.problem]
    return _("yes") if c.used else _("no: the sensor is another now, or counts differently")
