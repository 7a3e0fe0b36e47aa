"""Alerts in words, and the form for a new rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from besok.model.access import EVERYTHING, Caller
from besok.model.alerts import INSTALLATION, Alert, RuleKind
from besok.model.site import Text
from besok.model.views.alerts import AlertInfo, TargetInfo
from besok.model.views.like import like
from besok.services import access
from besok.text import alert_text
from dashboard.components import alert_rules, open_alerts

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ALERT = Alert(
    id=1, rule=1, kind="service", site=None, subject="web", since=NOW, value=None, threshold=None, target="desk",
    quiet_from=None, quiet_to=None, timezone=None, raised=NOW, sent=None, acknowledged=None, acknowledged_by=None,
    resolved=None,
)  # fmt: skip


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("web", "web pages"),
        ("collector-2", "collection of messages (collector-2)"),
        ("web2", "web2"),
        ("outbox", "outbox"),
    ],
)
def test_services_are_told_by_their_names_and_unknown_ones_as_they_are(service: str, told: str) -> None:
    assert f"“{told}”" in alert_text.sentence(replace(ALERT, subject=service))


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("value", "told"), [(1.3, "1 person,"), (2, "2 people,")])
def test_one_who_is_inside_after_closing_is_a_person(value: float, told: str) -> None:
    alert = replace(ALERT, kind="inside_after_closing", subject="lib", value=value)
    assert f"({told}" in alert_text.sentence(alert)


@pytest.mark.parametrize("simulated", [False, True])
def test_a_simulated_place_is_offered_a_monthly_report_and_rules_of_the_installation(simulated: bool) -> None:
    target = TargetInfo(name="desk", service="mailto", failed=0, trial=False)
    with access.acting(Caller(kind="account", grants=EVERYTHING)):
        form = str(alert_rules.rules([], [target], {"lib": "Library"}, "lib", simulated=simulated))
    offered = {kind for kind in alert_text.kinds() if f"value='{kind}'" in form}
    assert offered == ({"monthly_report", *INSTALLATION} if simulated else set(alert_text.kinds()))
    lasting = next(part for part in form.split("Fieldset(")[1:] if "name='minutes'" in part)
    assert ("hidden=True" in lasting) is simulated
    quiet = next(
        part for part in form.split("Fieldset(")[1:] if "name='quiet_from'" in part.split("data-kinds")[0]
    )
    assert "monthly_report" not in quiet.split("data-kinds")[1]


@pytest.mark.usefixtures("english")
def test_figures_stand_below_the_three_alerts_to_act_on_first() -> None:
    one = like(AlertInfo, ALERT, sentence=Text(sv="x", en="x"), may_acknowledge=False)
    taken = replace(one, id=1, kind="site_full", acknowledged=NOW, acknowledged_by="Kim")
    kinds: tuple[RuleKind, ...] = (
        "sensor_offline",
        "sensor_offline",
        "service",
        "sensor_offline",
        "site_full",
    )
    still = [replace(one, id=n, kind=kind) for n, kind in enumerate(kinds, 2)]
    (section,) = open_alerts.lines([taken, *still], "lib", "UTC")
    _, shown, rest = section.children
    keys = [[getattr(line, "data-key") for line in part.children] for part in (shown, rest.children[1])]
    assert keys == [["alert-6", "alert-4", "alert-2"], ["alert-3", "alert-5", "alert-1"]]
    assert "3 more" in str(rest)
