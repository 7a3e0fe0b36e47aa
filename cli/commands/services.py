"""The services, `besok migrate`, `collect`, `work`, `run-scenarios`, `serve`."""

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from besok.model.plurals import many
from cli.serving import settings as serving

if TYPE_CHECKING:
    from besok.model.settings import Settings


def migrate() -> None:
    """Bring the database up to this program's version."""
    from besok.store import decode_context, identity, rejected
    from besok.store.database import Database
    from besok.store.migrate import migrate as migrate_store
    from collectors.privacy import redact
    from collectors.stored_names import StoredNames

    url = serving.settings().database_url.get_secret_value()
    steps = migrate_store(url)
    print("\n".join(steps) if steps else "The database is up to date.")
    with Database(url, pool_size=1) as db:
        known = decode_context.load(db)
        if number := rejected.redact(db, lambda stored: redact(stored, known)):
            print(f"{many(number, 'rejected message')} of an older version redacted.")
        names = StoredNames(known)
        if number := identity.hide(db, names.channel, names.topic):
            print(f"{many(number, 'name')} that nobody has given replaced by pseudonyms.")


def collect(
    leave: Annotated[
        str,
        typer.Option(help="Only store what the broker has kept for this earlier client id, and give it up."),
    ] = "",
) -> None:
    """Take readings from the broker into the database, until ended."""
    from cli.serving.status import status_server, watching
    from collectors import collector, metrics
    from collectors.counters import Counters

    counters = Counters()
    watched = watching(counters, metrics.families)

    def run(settings: "Settings", stop: threading.Event) -> None:
        with status_server(settings, settings.collector_port, "BESOK_COLLECTOR_PORT", watched):
            if leave:
                collector.leave(settings.model_copy(update={"mqtt_client_id": leave}), stop)
            else:
                collector.run(settings, stop, counters)

    serving.serve(run, "collector")


def work() -> None:
    """Estimate occupancy and do what else has its time, until ended."""
    from cli.serving.status import status_server, watching
    from jobs import metrics
    from jobs import work as jobs

    state = metrics.State()
    watched = watching(state, metrics.families)

    def run(settings: "Settings", stop: threading.Event) -> None:
        with status_server(settings, settings.jobs_port, "BESOK_JOBS_PORT", watched):
            jobs.run(settings, stop, state)

    serving.serve(run, "jobs")


def run_scenarios() -> None:
    """Compute what planners ask on the page Scenarios, until ended."""
    from cli.serving.status import status_server, watching
    from cli.simulation import scenario_metrics, scenario_runs

    state = scenario_metrics.State()
    watched = watching(state, scenario_metrics.families)

    def run(settings: "Settings", stop: threading.Event) -> None:
        with status_server(settings, settings.scenarios_port, "BESOK_SCENARIOS_PORT", watched):
            scenario_runs.run(settings, stop, state)

    serving.serve(run, scenario_runs.NAME)


def serve() -> None:
    """Serve the dashboard and the API, until ended."""
    from cli.serving.web import serve as serve_web

    serving.serve(serve_web, "web")
