"""`python -m ops.alive SERVICE`: whether a service works, by its last heartbeat in the database; for health checks."""

import sys
from datetime import UTC, datetime

from core import settings
from core.errors import BesokError
from core.views import Health
from store import queries
from store.database import Database


def problem(health: Health, service: str) -> str | None:
    """Why `service` cannot be said to work, None if it does."""
    known = {s.name: s for s in health.services}
    if service not in known:
        return f"{service} has never said that it works; known are: {', '.join(known) or 'none'}"
    if not known[service].ok:
        return f"{service} was last heard at {known[service].heard:%Y-%m-%d %H:%M:%S} UTC"
    return None


def main(service: str) -> int:
    """Print what is wrong; the exit status."""
    try:
        with Database(settings.load().database_url.get_secret_value(), pool_size=1, wait_s=5) as db:
            wrong = problem(queries.health(db, datetime.now(UTC)), service)
    except BesokError as exc:
        wrong = str(exc)
    print(wrong or f"{service} works")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
