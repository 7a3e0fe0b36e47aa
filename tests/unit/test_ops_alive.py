"""What a health check says of a service."""

from datetime import UTC, datetime

from core.views import Health, ServiceHealth
from ops.alive import problem

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
HEALTH = Health(
    ok=False,
    time=NOW,
    schema_current=True,
    edition="apache",
    last_received=None,
    rejected=0,
    unplaced_devices=0,
    days_waiting=0,
    services=(
        ServiceHealth(name="collector", heard=NOW, ok=True, detail={}),
        ServiceHealth(name="jobs", heard=NOW, ok=False, detail={}),
    ),
)


def test_a_service_lives_while_its_heart_beats() -> None:
    assert problem(HEALTH, "collector") is None
    assert problem(HEALTH, "jobs") == "jobs was last heard at 2026-11-25 10:00:00 UTC"
    assert "never said" in str(problem(HEALTH, "clock"))
