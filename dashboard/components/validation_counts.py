"""Validation counts: accuracy by door, the next count to make, counts, proposals and decisions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dash import html

from besok.model.validation import Accuracy, Advice, Verdict
from besok.model.views.calibration import Calibration, CorrectionEffect, CountInfo, DoorInfo, SiteCalibration
from besok.model.views.series import VisitPoint
from besok.services import access
from besok.services.calibration import EFFECT_DAYS, CorrectionEffects
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components import forms, notices
from dashboard.components.chart import sheet
from dashboard.components.elements import chip, fold, items, present, quiet

SHOWN = 10  # counts, and past proposals
LEVELS: dict[Verdict, str] = {"good": "calm", "factor": "busy", "broken": "full"}

Names = Mapping[str, str]  # of doors, by id


def section(known: SiteCalibration, effects: CorrectionEffects, zone: str) -> Any:
    """Return the doors with their accuracy, the next count to make, and what was counted and decided.

    `effects` are what a decision would change, by the number of the proposal or correction.
    """
    if not known.doors:
        return notices.nothing(_("No door has a sensor"), _("Assign sensors to doors first."))
    names = {d.portal: named(d.name) for d in known.doors}
    return html.Div(
        present(
            html.P(next_count(known.advice, names, known.usual_week), className="finding"),
            html.P(html.A(_("Count at a door with a phone"), href=f"/count/{known.site}", className="go")),
            *_doors(known.doors, {count.portal for count in known.counts}, names, zone),
            *_proposals(known.history, names, effects, known.site, zone),
            _counts(known.counts, names, zone),
        ),
        className="beside",
    )


def _doors(doors: Sequence[DoorInfo], tried: Collection[str], names: Names, zone: str) -> list[Any]:
    """Return a row for each door that was counted or is corrected, and in a sentence those that nobody has `tried`."""
    known = [d for d in doors if d.last_counted or d.correction]
    others = formats.several([names[d.portal] for d in doors if d not in known and d.portal not in tried])
    missing = _("Nobody has counted at any door yet.")
    if known or tried:
        missing = _("Nobody has counted yet at: {doors}.").format(doors=others)
    rows = [[names[d.portal], _rate(d, d.into), _rate(d, d.out), _last(d, zone), _figures(d)] for d in known]
    header = [_("Door"), _("In"), _("Out"), _("Last counted"), _("Figures")]
    table = sheet(header, rows, _("Validation counts"))
    shares = quiet(_("Sensor / person, with the 95 % interval."))
    return [*([table, shares] if known else []), quiet(missing) if others else None]


def next_count(advice: Sequence[Advice], names: Names, usual_week: float = 1.0) -> str:
    """Return the door to count at next, and what that count would give."""
    if not advice and not usual_week:
        return _(
            "No one was counted entering in the last eight weeks: there is no advice on what to count next."
        )
    if not advice:
        return _("Another count would add almost nothing now.")
    best = advice[0]
    text = plural(
        "Count next: {door}, {weekday} between {begin} and {end}. About {n} person goes in there in a quarter of "
        "an hour, and the uncertainty of visits falls from ±{now} to ±{after}.",
        "Count next: {door}, {weekday} between {begin} and {end}. About {n} people go in there in a quarter of "
        "an hour, and the uncertainty of visits falls from ±{now} to ±{after}.",
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
    """Return how many of the visits shown come from corrections; nothing where none do."""
    added, total = sum(p.corrected for p in points), sum(p.gross or 0 for p in points)
    if abs(added) < 0.5 or not total:
        return []
    share = formats.signed_percent(added / (total - added)) if total > added else formats.UNKNOWN
    text = _(
        "Corrected figures: accepted calibrations of doors changed the visits shown here by {n} ({share})."
    )
    sentence = text.format(n=formats.number(added), share=share)
    return [quiet(sentence, " ", html.A(_("Which, and why"), href=f"/sensors/{site}#beside"))]


def _rate(door: DoorInfo, accuracy: Accuracy) -> Any:
    """Return `91 % (85–95 %)` and a verdict."""
    word = {
        "none": _("not counted"),
        "few": _("too few counted"),
        "good": _("good"),
        "unsure": _("count more"),
        "factor": _("counts wrong"),
        "broken": _("fix it"),
    }[accuracy.verdict]
    level = LEVELS.get(accuracy.verdict, "moderate")
    if door.swapped:
        word, level = _("in and out swapped?"), "busy"
    if accuracy.accuracy is None:
        return html.Span(word, className="quiet")
    between = f"({formats.number((accuracy.lower or 0) * 100)}–{formats.percent(accuracy.upper)})"
    return [f"{formats.percent(accuracy.accuracy)} {between} ", chip(word, level=level)]


def _last(door: DoorInfo, zone: str) -> str:
    if door.last_counted is None:
        return formats.UNKNOWN
    times = plural("{n} count", "{n} counts", door.counts).format(n=door.counts)
    return f"{formats.stamp(door.last_counted, zone)}, {times}"


def _figures(door: DoorInfo) -> str:
    """Return whether the figures of a door are corrected."""
    force = door.correction
    if force is None:
        return _("as counted")
    text = _("corrected: in × {into}, out × {out}, by {who}: {why}")
    return text.format(**_factors(force), who=formats.author(force.decided_by), why=force.decided_why)


def _factors(c: Calibration) -> dict[str, str]:
    return {"into": formats.number(c.factor_in, 2), "out": formats.number(c.factor_out, 2)}


def _proposals(
    history: Sequence[Calibration], names: Names, effects: CorrectionEffects, site: str, zone: str
) -> list[Any]:
    """Return the open proposals with the form to decide, corrections in force with their undo, and past decisions."""
    parts: list[Any] = [_proposal(c, names, effects, site) for c in history if c.decision == "open"]
    parts += [_in_force(c, names, effects, site, zone) for c in history if c.in_force]
    past = [_decided(c, names, zone) for c in history if c.decision != "open" and not c.in_force][:SHOWN]
    return [*parts, fold(_("What was decided before"), items(past, className="resolved")) if past else None]


def effect(change: CorrectionEffect | None) -> Any:
    """Return what a decision would make of the figures of a door; nothing where the last weeks have none."""
    if change is None or not (change.in_now or change.out_now):
        return None
    text = _("Entries of the last {days} days: {now} → {then}. Exits: {now_out} → {then_out}.")
    return quiet(
        text.format(
            days=EFFECT_DAYS.days,
            now=formats.number(change.in_now),
            then=formats.number(change.in_then),
            now_out=formats.number(change.out_now),
            then_out=formats.number(change.out_then),
        )
    )


def _in_force(c: Calibration, names: Names, effects: CorrectionEffects, site: str, zone: str) -> Any:
    """Return a correction in force, with the form that takes it back."""
    line = html.P(_decided(c, names, zone))
    if not access.may("acknowledge", site):
        return html.Div(line, className="proposal")
    here, verb = f"correction-{c.id}", _("Undo")
    address = f"POST /api/v1/sites/{site}/calibration/{c.id}/undo"
    taken = _("Undone. The days concerned are computed again.")
    form = forms.form([forms.reason(here)], here, verb, names.get(c.portal, c.portal), address, kept=taken)
    undo = fold(verb, *present(effect(effects.get(c.id))), form)
    return html.Div([line, undo], className="proposal")


def _proposal(c: Calibration, names: Names, effects: CorrectionEffects, site: str) -> Any:
    text = _("Proposed for {door}: in × {into}, out × {out}. It changes nothing until somebody accepts it.")
    text_line = html.P(text.format(door=names.get(c.portal, c.portal), **_factors(c)))
    if not access.may("acknowledge", site):
        return html.Div(text_line, className="proposal")
    form_id, verb = f"proposal-{c.id}", _("Decide")
    choices = {"accept": _("accept: figures are corrected from the first count on"), "reject": _("reject")}
    fields = [
        forms.choice(form_id, "decision", _("Decision"), choices, "accept"),
        forms.reason(form_id),
    ]
    address = f"POST /api/v1/sites/{site}/calibration/{c.id}"
    form = forms.form(fields, form_id, verb, names.get(c.portal, c.portal), address, kept=_("Decided."))
    change = effect(effects.get(c.id))
    return html.Div(present(text_line, change, fold(verb, form)), className="proposal")


def _decided(c: Calibration, names: Names, zone: str) -> str:
    """Return `Entrance: in × 1.11, out × 1.00, accepted 3 Mar 2026 by Robin: … Undone 4 Mar 2026 by Kim: …`."""
    accepted = c.decision == "accepted"
    text = _("accepted {day} by {who}: {why}") if accepted else _("rejected {day} by {who}: {why}")
    day = formats.day_of(c.decided, zone) if c.decided else formats.UNKNOWN
    factors = _("in × {into}, out × {out}").format(**_factors(c))
    decided = text.format(day=day, who=formats.author(c.decided_by), why=c.decided_why)
    sentence = f"{names.get(c.portal, c.portal)}: {factors}, {decided}"
    if not c.undone:
        return sentence
    text, day = _("Undone {day} by {who}: {why}"), formats.day_of(c.undone, zone)
    return f"{sentence} · {text.format(day=day, who=formats.author(c.undone_by), why=c.undone_why)}"


def _counts(counts: Sequence[CountInfo], names: Names, zone: str) -> Any:
    """Return the latest counts beside the sensors' counts, folded."""
    header = [_("When"), _("Door"), _("Who"), _("Person"), _("Sensor"), _("Used")]
    rows = [_count(c, names, zone) for c in counts[:SHOWN]]
    latest = _("The latest counts")
    return fold(latest, sheet(header, rows, latest, "scroll")) if rows else None


def _count(c: CountInfo, names: Names, zone: str) -> list[str]:
    compared, pair = c.compared, _("{into} in, {out} out")
    sensor = formats.UNKNOWN
    person: tuple[float, float] = (c.counted_in, c.counted_out)
    if compared.problem is None:  # of the time fully covered by both
        person = (compared.counted_in, compared.counted_out)
        sensor = pair.format(into=formats.number(compared.device_in), out=formats.number(compared.device_out))
    counted = pair.format(into=formats.number(person[0]), out=formats.number(person[1]))
    return [
        formats.stamp(c.begins, zone),
        names.get(c.portal, c.portal),
        formats.author(c.counted_by),
        counted,
        sensor,
        _used(c),
    ]


def _used(c: CountInfo) -> str:
    if c.discarded:
        return _("no: {why}").format(why=c.discarded_why)
    if c.compared.problem:
        return {
            "no_sensor": _("no: the door had no sensor"),
            "silent": _("no: the sensor was offline"),
            "short": _("no: too short"),
            "waiting": _("not yet: the sensor has not reported"),
            "expired": _("no: the readings of that time are deleted"),
        }[c.compared.problem]
    return _("yes") if c.used else _("no: the sensor is another now, or counts differently")
