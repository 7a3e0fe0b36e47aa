"""Rules of alerts, the targets of messages, and a log of deliveries: for administrators."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from dash import html

from besok.model.alerts import INSTALLATION, OF_SIMULATED, THRESHOLDS, RuleKind
from besok.model.views.alerts import RuleInfo, TargetInfo
from besok.services import access
from besok.store.alerts import Delivery
from besok.text import alert_text, formats
from besok.text.languages import _, plural
from dashboard.components import forms
from dashboard.components.chart import sheet
from dashboard.components.elements import data, fold, items, present, quiet

LONGEST_URL: Final = 1000  # characters, as in the API
NEW: Final = "rule-new"
# Kinds that may have to hold for some minutes
LASTING: Final[tuple[RuleKind, ...]] = (
    "sensor_offline",
    "space_over",
    "site_full",
    "inside_after_closing",
    "service",
    "job_failed",
)


def rules(
    listed: Sequence[RuleInfo],
    targets: Sequence[TargetInfo],
    names: Mapping[str, str],
    site: str,
    *,
    simulated: bool,
) -> Any:
    """Return the rules of a site and of all sites, each with a form to end it, and the form for a new one."""
    first = _("First say below where messages should go.")
    return html.Div(
        present(
            items(_rule(one, names, site) for one in listed) if listed else quiet(_("No rule is set.")),
            fold(_("New rule"), _new_rule(targets, names, site, simulated=simulated))
            if targets
            else quiet(first),
        )
    )


def _rule(rule: RuleInfo, names: Mapping[str, str], site: str) -> Any:
    about = (
        _("all sites") if rule.site is None else names.get(rule.space or rule.site, rule.space or rule.site)
    )
    minutes = plural("for {n} minute", "for {n} minutes", rule.minutes).format(n=rule.minutes)
    hours = (rule.quiet_from, rule.quiet_to)
    silent = (
        _("quiet {first}–{last}").format(first=f"{hours[0]:%H:%M}", last=f"{hours[1]:%H:%M}")
        if all(hours)
        else ""
    )
    kind = alert_text.kinds()[rule.kind]
    facts = [
        about,
        _limit(rule),
        *([minutes] if rule.minutes else []),
        _("to {target}").format(target=rule.target),
        silent,
    ]
    text = html.P([html.Span(kind, className="strong"), ": ", " · ".join(filter(None, facts))])
    if not access.may("administer", rule.site):
        return text
    form_id, address = f"rule-{rule.id}", f"DELETE /api/v1/sites/{site}/alerts/rules/{rule.id}"
    end = forms.form([], form_id, _("End the rule"), f"{kind}, {about}", address, kept=_("Ended."))
    return html.Div([text, fold(_("End the rule"), end)], **data(key=form_id))


def _limit(rule: RuleInfo) -> str:
    """Return the threshold of a rule with its unit; nothing for a kind that has none."""
    if rule.threshold is None or rule.kind not in THRESHOLDS:
        return ""
    if rule.kind == "cleaning":
        return _("from {n} entries").format(n=formats.number(rule.threshold))
    text = _("from {share} of the capacity") if rule.kind == "space_over" else _("below {share}")
    return text.format(share=formats.percent(rule.threshold))


def _new_rule(targets: Sequence[TargetInfo], names: Mapping[str, str], site: str, *, simulated: bool) -> Any:
    everywhere = access.may("administer")  # not this site alone
    here = NEW
    of_sites = [kind for kind in alert_text.kinds() if kind not in INSTALLATION]
    of_all = [kind for kind in alert_text.kinds() if kind in INSTALLATION and everywhere]
    offered = (*(OF_SIMULATED if simulated else of_sites), *of_all)
    told = [kind for kind in offered if kind != "monthly_report"]  # it comes once, when it is made
    first, kinds = offered[0], {str(kind): alert_text.kinds()[kind] for kind in offered}
    spaces = {space: name for space, name in names.items() if space != site}
    fields = present(
        forms.choice(here, "kind", _("Alert when"), kinds, first),
        _of(
            first,
            ["space_over", "cleaning"],
            forms.choice(here, "space", _("Applies only to"), spaces, none=_("the whole site")),
        ),
        _of(first, ["space_over"], _percent("over", _("From how many % of the capacity"), "space_over")),
        _of(first, ["target_probability"], _percent("below", _("Below how many %"), "target_probability")),
        _of(first, ["cleaning"], _threshold("entries", _("From how many entries"), 1e9)),
        _of(
            first,
            LASTING,
            forms.entry(here, "minutes", _("After so many minutes"), None, type="number", min=0),
        ),
        forms.choice(here, "target", _("To"), {one.name: one.name for one in targets}, targets[0].name),
        _of(first, told, forms.entry(here, "quiet_from", _("Quiet from"), type="time")),
        _of(first, told, forms.entry(here, "quiet_to", _("Quiet until"), type="time")),
        _of(first, of_sites, forms.pick(here, "everywhere", "true", _("At all sites")))
        if everywhere
        else None,
    )
    address = f"POST /api/v1/sites/{site}/alerts/rules"
    return forms.form(fields, here, _("Add the rule"), "", address, kept=_("The rule is in force."))


def _of(first: RuleKind, kinds: Sequence[RuleKind], field: Any) -> Any:
    """Return a field that only some kinds of rules have: `forms.js` shows and sends it where one is chosen, at first
    `first`.
    """
    unused = first not in kinds
    return html.Fieldset(field, hidden=unused, disabled=unused, **data(kinds=" ".join(kinds)))


def _threshold(name: str, label: str, highest: float, **attributes: Any) -> Any:
    control = forms.control(
        f"{NEW}-{name}", "threshold", None, type="number", min=1, max=highest, required=True
    )
    return forms.field(label, control, **attributes)


def _percent(name: str, label: str, kind: RuleKind) -> Any:
    """Return the field of a share, which is written in % and sent as the API has it."""
    return _threshold(name, label, 100 * THRESHOLDS[kind], **data(percent="1"))


def targets(listed: Sequence[TargetInfo], sent: Sequence[Delivery], zone: str) -> Any:
    """Return the targets of messages, the form for another one, and a log of the last messages."""
    form_id = "target-new"
    url_label = _("An Apprise address, such as mailto://…, msteams://… or ntfy://…; it is not shown again")
    fields = [
        forms.line(form_id, "name", _("Name (a–z, 0–9 and hyphens)"), 60),
        forms.line(form_id, "url", url_label, LONGEST_URL),
    ]
    stored = _("Saved. A test message goes out within a minute; the log below shows how it went.")
    form = forms.form(fields, form_id, _("Save the address"), "", "POST /api/v1/alerts/targets", kept=stored)
    header = [_("Sent"), _("To"), _("Alerts"), _("Outcome")]
    log = [
        [
            formats.stamp(one.at, zone),
            formats.author(one.target),
            formats.number(one.alerts) if one.alerts else _("a test"),
            one.problem or _("delivered"),
        ]
        for one in sent
    ]
    return html.Div(
        present(
            items(_target(one) for one in listed) if listed else quiet(_("No messages are sent yet.")),
            fold(_("Add or change an address"), form),
            fold(_("Log of messages"), sheet(header, log, _("Log of messages"))) if sent else None,
        )
    )


def _target(target: TargetInfo) -> Any:
    name = quote(target.name, safe="")
    form_id, address = f"target-{name}", f"/api/v1/alerts/targets/{name}"
    failed = plural(
        "the last message did not get through", "the last {n} messages did not get through", target.failed
    )
    facts = [target.service, *([failed.format(n=target.failed)] if target.failed else [])]
    facts += [_("a test is on its way")] if target.trial else []
    text = html.P([html.Span(target.name, className="strong"), ": ", " · ".join(facts)])
    verb, remove = _("Send a test"), _("Remove the address")
    test = forms.form([], form_id, verb, target.name, f"POST {address}/test", kept=_("A test is on its way."))
    end = forms.form(
        [quiet(_("The rules that send here end, too. The log stays."))],
        f"remove-{form_id}", remove, target.name, f"DELETE {address}", kept=_("Removed."),
    )  # fmt: skip
    return html.Div([text, fold(verb, test), fold(remove, end)], **data(key=form_id))
