"""Alerts in words, and the form for a new rule."""

from datetime import UTC, datetime

import pytest

from besok.model.access import EVERYTHING, Caller
from besok.model.alerts import INSTALLATION, Alert
from besok.model.views.alerts import TargetInfo
from besok.services import access
from besok.text import alert_text
from dashboard.components import alert_rules

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


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
    alert = Alert(
        id=1, rule=1, kind="service", site=None, subject=service, since=NOW, value=None, threshold=None, target="desk",
        quiet_from=None, quiet_to=None, timezone=None, raised=NOW, sent=None, acknowledged=None, acknowledged_by=None,
        resolved=None,
    )  # fmt: skip
    assert f"“{told}”" in alert_text.sentence(alert)


@pytest.mark.parametrize("simulated", [False, True])
def test_a_simulated_place_is_offered_a_monthly_report_and_rules_of_the_installation(simulated: bool) -> None:
    target = TargetInfo(name="desk", service="mailto", failed=0, trial=False)
    with access.acting(Caller(kind="account", grants=EVERYTHING)):
        form = str(alert_rules.rules([], [target], {"lib": "Library"}, "lib", simulated=simulated))
    offered = {kind for kind in alert_text.kinds() if f"value='{kind}'" in form}
    assert offered == ({"monthly_report", *INSTALLATION} if simulated else set(alert_text.kinds()))
    lasting = next(part for part in form.split("Fieldset(")[1:] if "name='minutes'" in part)
    assert ("hidden=True" in lasting) is simulated
