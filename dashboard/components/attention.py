"""Findings: what is wrong with sensors, since when, on what evidence, what to do, and who has seen it."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.model.views.attention import FindingEvent, FindingInfo
from besok.services import access
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components.elements import chip, data, fold, items, present, quiet
from dashboard.components.forms import form, line

LONGEST_NOTE = 500  # characters


def section(
    findings: Sequence[FindingInfo],
    site: str,
    zone: str,
    offline: bool = False,
    checked: bool = True,
    uncounted: Sequence[str] = (),
) -> Any:
    """Return a card for each finding that stands, open ones first, and those resolved lately folded away.

    `offline`: some sensor is, and may not yet have been for as long as makes it a finding. `checked`: false before the
    first check. `uncounted`: names of doors
    that should be counted and have no sensor.
    """
    unresolved = [f for f in findings if f.state != "resolved"]
    past = [f for f in findings if f.state == "resolved"]
    none = _("Nothing: no sensor has been found to be faulty. Besök looks once an hour.")
    if not checked:
        none = _("Not known yet: the sensors are checked for the first time within the hour.")
    if offline:
        none = _("Nothing yet: a sensor that is offline for an hour is named here, with what to do.")
    cards = items((_card(f, zone) for f in unresolved), className="strangers attention")
    text = plural("{n} was resolved in the last 30 days", "{n} were resolved in the last 30 days", len(past))
    resolved = items((_resolved(f, zone) for f in past), className="resolved")
    return html.Div(
        present(
            html.P(_without_sensor(uncounted, site)) if uncounted else None,
            cards if unresolved else None if uncounted else quiet(none),
            fold(text.format(n=len(past)), resolved, id="resolved") if past else None,
        )
    )


def _without_sensor(doors: Sequence[str], site: str) -> str:
    """Say that doors have no sensor, what follows, and what to do."""
    n = len(doors)
    text = plural(
        "{doors} should be counted but has no sensor. Without one, people in the spaces it leads to cannot be counted "
        "at the doors.",
        "{doors} should be counted but have no sensors. Without them, people in the spaces they lead to cannot be "
        "counted at the doors.",
        n,
    )
    todo = plural(
        "Assign a sensor, or say under Edit site, Doors, that the door is not counted.",
        "Assign sensors, or say under Edit site, Doors, that the doors are not counted.",
        n,
    )
    if not access.may("administer", site):
        todo = plural(
            "An administrator can assign a sensor, or say that the door is not counted.",
            "An administrator can assign sensors, or say that the doors are not counted.",
            n,
        )
    return f"{text.format(doors=formats.several(doors))} {todo}"


def waiting(findings: Sequence[FindingInfo]) -> list[Any]:
    """Return the number of open findings, as a link to them."""
    n = sum(f.state == "open" and not f.fixed for f in findings)
    text = plural("{n} needs attention.", "{n} need attention.", n).format(n=n)
    return [" ", html.A(text, href="#attention")] if n else []


def _card(f: FindingInfo, zone: str) -> Any:
    state = chip(_("Open"), level="busy") if f.state == "open" else chip(_("Acknowledged"), level="calm")
    if f.fixed:
        state = chip(_("Fixed, watching"), level="calm")
    history = fold(_("History"), items(_event(e, zone) for e in f.history))
    return html.Article(
        present(
            html.Header([state, quiet(_("found {when}").format(when=formats.stamp(f.found, zone)))]),
            html.H3(named(f.sentence)),
            quiet(named(f.certainty)),
            html.P([html.Strong(_("What to do:")), " ", *_with_code(named(f.advice))]),
            _acknowledgement(f.who, f.note, formats.stamp(f.acknowledged, zone)) if f.acknowledged else None,
            _form(f),
            history if len(f.history) > 1 else None,
        ),
        className="stranger",
        **data(key=f"finding-{f.id}", kind=f.kind),
    )


def _with_code(text: str) -> list[Any]:
    """Return the text, with parts between backticks as code."""
    return [html.Code(part) if n % 2 else part for n, part in enumerate(text.split("`"))]


def _acknowledgement(who: str, note: str, when: str) -> Any:
    return html.P(_("{who}, {when}: “{note}”").format(who=formats.author(who), when=when, note=note))


def _form(f: FindingInfo) -> Any:
    """Return the form that acknowledges a finding, for whoever may; status 409: it was resolved meanwhile."""
    if not access.may("acknowledge", f.site):
        return None
    verb, form_id = _("Acknowledge") if f.state == "open" else _("Change the note"), f"finding-{f.id}"
    note = line(form_id, "note", _("What it is, or what is done about it"), LONGEST_NOTE)
    address = f"POST /api/v1/findings/{f.id}/acknowledgement"
    return fold(verb, form([note], form_id, verb, named(f.sentence), address, gone="409"))


def _event(e: FindingEvent, zone: str) -> Any:
    when = formats.stamp(e.time, zone)
    if e.event == "acknowledged":
        return _acknowledgement(e.who, e.note, when)
    texts = {
        "found": _("{when}: found"),
        "changed": _("{when}: fixed, the sensor's placement or its readings were changed"),
        "resolved": _("{when}: resolved, its cause is gone"),
    }[e.event]
    return texts.format(when=when)


def _resolved(f: FindingInfo, zone: str) -> list[Any]:
    when = _("Resolved {when}.").format(when=formats.stamp(f.resolved, zone)) if f.resolved else None
    note = (
        _acknowledgement(f.who, f.note, formats.stamp(f.acknowledged, zone))
        if f.note and f.acknowledged
        else None
    )
    return present(named(f.sentence), quiet(when), note)
