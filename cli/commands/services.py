"""The services, `besok migrate`, `collect`, `work`, `run-scenarios`, `serve`."""

import threading
from functools import partial
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
    from cli.serving.status import Watched
    from collectors import collector
    from collectors.counters import Counters, families

    counters = Counters()

    def run(settings: "Settings", stop: threading.Event) -> None:
        if leave:
            collector.leave(settings.model_copy(update={"mqtt_client_id": leave}), stop)
        else:
            collector.run(settings, stop, counters)

    watched = Watched(families=partial(families, counters), problem=counters.problem)
    serving.serve(run, "collector", "collector_port", watched)


def work() -> None:
    """Estimate occupancy and do what else has its time, until ended."""
    from cli.serving.status import Watched
    from jobs import metrics
    from jobs import work as jobs

    state = metrics.State()
    watched = Watched(families=partial(metrics.families, state), problem=state.problem)
    serving.serve(partial(jobs.run, state=state), "jobs", "jobs_port", watched)


def run_scenarios() -> None:
    """Compute what planners ask on the page Scenarios, until ended."""
    from cli.serving.status import Watched
    from cli.simulation import scenario_metrics, scenario_runs

    state = scenario_metrics.State()
    watched = Watched(families=partial(scenario_metrics.families, state), problem=state.problem)
    serving.serve(partial(scenario_runs.run, state=state), scenario_runs.NAME, "scenarios_port", watched)


def serve() -> None:
    """Serve the dashboard and the API, until ended."""
    from cli.serving.web import serve as serve_web

    serving.serve(serve_web, "web")
