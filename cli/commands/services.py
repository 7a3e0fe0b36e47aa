"""The services, and what must be done before they start: `besok migrate`, `collect`, `work` and `serve`."""

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli.serving import settings as serving

if TYPE_CHECKING:
    from besok.model.settings import Settings


def register(main: typer.Typer) -> None:
    """Add them all."""
    for command in (migrate, collect, work, serve):
        main.command()(command)


def migrate() -> None:
    """Bring the database up to this program's version."""
    from besok.store.migrate import migrate as migrate_store

    done = migrate_store(serving.settings().database_url.get_secret_value())
    print("\n".join(done) if done else "The database is up to date.")


def collect() -> None:
    """Take readings from the broker into the database, until ended."""
    from cli.serving.status import Watched, told
    from collectors import collector, metrics
    from collectors.counters import Counters

    counters = Counters()
    watched = Watched(
        families=lambda: metrics.families(counters, datetime.now(UTC)),
        problem=lambda: counters.problem(datetime.now(UTC)),
    )

    def run(settings: "Settings", stop: threading.Event) -> None:
        with told(settings, settings.collector_port, "BESOK_COLLECTOR_PORT", watched):
            collector.run(settings, stop, counters)

    serving.serve(run, "collector")


def work() -> None:
    """Estimate occupancy and do what else has its time, until ended."""
    from cli.serving.status import Watched, told
    from jobs import metrics
    from jobs import work as jobs

    state = metrics.State()
    watched = Watched(
        families=lambda: metrics.families(state, datetime.now(UTC)),
        problem=lambda: state.problem(datetime.now(UTC)),
    )

    def run(settings: "Settings", stop: threading.Event) -> None:
        with told(settings, settings.jobs_port, "BESOK_JOBS_PORT", watched):
            jobs.run(settings, stop, state)

    serving.serve(run, "jobs")


def serve() -> None:
    """Serve the dashboard and the API, until ended."""
    from cli.serving.web import serve as serve_web

    serving.serve(serve_web, "web")
