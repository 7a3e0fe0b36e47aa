"""Readings in quarantine: why they do not count, and the form in which a person releases or drops them."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from dash import html

from besok.model.readings import Withheld
from besok.model.views.quarantine import Decided, QuarantineGroup
from besok.services import access
from besok.text import formats
from besok.text.languages import _, plural
from dashboard.components import forms
from dashboard.components.elements import data, fold, items, present, quiet
from dashboard.components.unplaced_devices import channel_name

SHOWN = 20  # groups; the command lists all
DECISIONS = 5


def section(
    groups: Sequence[QuarantineGroup],
    decided: Sequence[Decided],
    places: Mapping[str, str],
    site: str,
    zone: str,
) -> Any:
    """Return a card for each channel and cause, with its form; below, the last decisions, each with its undo."""
    note = _(
        "They are kept and do not count until somebody decides. Release what is true, drop what is false."
    )
    parts = [
        quiet(note) if groups else quiet(_("None: every reading counts.")),
        items((_card(g, places, site, zone) for g in groups[:SHOWN]), className="strangers")
        if groups
        else None,
        items((_decision(d, site, zone) for d in decided[:DECISIONS]), className="strangers")
        if decided
        else None,
    ]
    return html.Div([part for part in parts if part is not None])


def _why(cause: Withheld) -> str:
    return {
        Withheld.LATE: _("They arrived later than the site allows."),
        Withheld.AHEAD: _("Their time is more than a day ahead: is the sensor's clock right?"),
        Withheld.SIZE: _("They report more people than can have passed."),
        Withheld.FLOOD: _("More people were counted in a quarter of an hour than can have passed."),
    }[cause]


def _card(group: QuarantineGroup, places: Mapping[str, str], site: str, zone: str) -> Any:
    count = plural("{n} reading", "{n} readings", group.readings).format(n=formats.number(group.readings))
    people = (
        []
        if group.people is None
        else [html.Span(_("{n} people in them").format(n=formats.number(group.people)))]
    )
    where = places.get(group.portal or "", _("not assigned") if group.site is None else "")
    return html.Article(
        present(
            html.Header(
                [html.H3(group.device), quiet(" · ".join(filter(None, (where, channel_name(group.channel)))))]
            ),
            html.P(
                [html.Span(f"{count} · {formats.span(group.first, group.last, zone)}"), *people],
                className="where",
            ),
            html.P(_why(group.cause)),
            fold(_("Decide"), _form(group, site)) if access.may("acknowledge", site) else None,
        ),
        className="stranger",
        **data(device=group.device, cause=group.cause.value),
    )


def _form(group: QuarantineGroup, site: str) -> Any:
    key = f"{group.source}/{group.device}/{group.channel}/{group.cause}"
    form_id = f"quarantine-{blake2b(key.encode(), digest_size=6).hexdigest()}"
    identity = {
        "source": group.source,
        "device": group.device,
        "channel": group.channel,
        "cause": group.cause.value,
        "until": str(group.until),
    }
    n = group.readings
    release = plural("release {n} reading: it counts", "release {n} readings: they count", n)
    drop = plural("drop {n} reading: it is false", "drop {n} readings: they are false", n)
    choices = {"released": release.format(n=formats.number(n)), "dropped": drop.format(n=formats.number(n))}
    fields = [
        *forms.hidden(form_id, identity),
        forms.choice(form_id, "decision", _("Decision"), choices, none=_("choose")),
    ]
    address = f"POST /api/v1/sites/{site}/quarantine"
    return forms.form(fields, form_id, _("Save"), group.device, address, kept=_("Saved."))


def _decision(decided: Decided, site: str, zone: str) -> Any:
    outcome = {
        "released": plural("{n} reading was released", "{n} readings were released", decided.readings),
        "dropped": plural("{n} reading was dropped", "{n} readings were dropped", decided.readings),
    }[decided.decision].format(n=formats.number(decided.readings))
    by = _("by {author}, {time}").format(
        author=formats.author(decided.author), time=formats.stamp(decided.made, zone)
    )
    if decided.undone:
        again = _("undone by {author}, {time}").format(
            author=formats.author(decided.undone_by), time=formats.stamp(decided.undone, zone)
        )
        last: Any = quiet(again)
    else:
        form_id = f"quarantined-{decided.id}"
        address = f"POST /api/v1/sites/{site}/quarantine/{decided.id}/undo"
        undo = forms.form([], form_id, _("Undo"), decided.device, address, kept=_("Undone."))
        last = fold(_("Undo"), undo) if access.may("acknowledge", site) else None
    return html.Article(
        present(html.Header(html.H3(decided.device)), html.P(f"{outcome} {by}", className="where"), last),
        className="stranger",
        **data(decision=str(decided.id)),
    )
