"""The `besok` command. Each command is a thin door to a function of the room that does the work."""

import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.analytics.calendar import business_day
from core.errors import BesokError, ScenarioError, SiteFileError
from core.plurals import many
from core.settings import Settings
from core.site import SiteFile
from ops.commands import (
    actions,
    calendar,
    calibrate,
    estimate,
    events,
    forecast,
    planning,
    quality,
    report,
    sandbox,
    score,
    traffic,
)
from ops.commands.options import BeginsOption, ScenarioOption, SetOption, day_option, in_order
from ops.commands.sitefiles import read as _sites
from ops.services.serving import serve as _serve
from ops.services.serving import settings as _settings

if TYPE_CHECKING:
    from core.analytics.strangers import Stranger
    from store.database import Database

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
site_app = typer.Typer(no_args_is_help=True, help="Site files: what is where, which sensor observes what.")
simulate_app = typer.Typer(no_args_is_help=True, help="Simulated sensors.")
rejected_app = typer.Typer(no_args_is_help=True, help="Messages that could not be read.")
device_app = typer.Typer(no_args_is_help=True, help="Sensors: which are heard, and where they hang.")
adapter_app = typer.Typer(no_args_is_help=True, help="Adapters: what becomes of the messages of a sensor.")
app.add_typer(site_app, name="site")
app.add_typer(adapter_app, name="adapter")
app.add_typer(device_app, name="device")
app.add_typer(simulate_app, name="simulate")
app.add_typer(rejected_app, name="rejected")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(calibrate.app, name="calibrate")
quality.register(app)
calendar.register(app)
app.add_typer(actions.app, name="action")
app.add_typer(report.app, name="report")
events.register(app)
estimate.register(app)
forecast.register(app)
planning.register(simulate_app)
traffic.register(simulate_app)
score.register(simulate_app)

SiteFileArgument = Annotated[Path, typer.Argument(help="A site file, such as sites/helsingborg.toml")]


def main() -> None:
    """Run the command; an error that Besök can explain is printed without a traceback."""
    try:
        app()
    except SiteFileError as exc:
        sys.exit(f"The site file has {len(exc.problems)} problem(s):\n{exc}")
    except ScenarioError as exc:
        sys.exit(f"The scenario has {len(exc.problems)} problem(s):\n{exc}")
    except BesokError as exc:
        sys.exit(str(exc))


@app.command()
def demo(
    history_days: Annotated[int, typer.Option(min=0, help="Days of simulated history.")] = 3 * 365,
    site_file: Annotated[Path, typer.Option(help="The sites to simulate.")] = Path("sites/helsingborg.toml"),
) -> None:
    """Run the whole system on this machine with simulated sensors."""
    from ops.stack import demo as demo_module

    demo_module.run(_sites(site_file), history_days)


@app.command()
def doctor() -> None:
    """Say what works and what does not."""
    from ops.stack import doctor as doctor_module

    raise typer.Exit(doctor_module.report())


@app.command()
def migrate() -> None:
    """Bring the database up to this program's version."""
    from store.migrate import migrate as migrate_store

    done = migrate_store(_settings().database_url.get_secret_value())
    print("\n".join(done) if done else "The database is up to date.")


@app.command()
def collect() -> None:
    """Take readings from the broker into the database, until ended."""
    from collectors import collector, metrics
    from collectors.counters import Counters
    from ops.services.status import Watched, told

    counters = Counters()
    watched = Watched(
        families=lambda: metrics.families(counters, datetime.now(UTC)),
        problem=lambda: counters.problem(datetime.now(UTC)),
    )

    def run(settings: Settings, stop: threading.Event) -> None:
        with told(settings, settings.collector_port, "BESOK_COLLECTOR_PORT", watched):
            collector.run(settings, stop, counters)

    _serve(run, "collector")


@app.command()
def work() -> None:
    """Estimate occupancy and do what else has its time, until ended."""
    from jobs import metrics
    from jobs import work as jobs
    from ops.services.status import Watched, told

    state = metrics.State()
    watched = Watched(
        families=lambda: metrics.families(state, datetime.now(UTC)),
        problem=lambda: state.problem(datetime.now(UTC)),
    )

    def run(settings: Settings, stop: threading.Event) -> None:
        with told(settings, settings.jobs_port, "BESOK_JOBS_PORT", watched):
            jobs.run(settings, stop, state)

    _serve(run, "jobs")


@app.command()
def serve() -> None:
    """Serve the dashboard and the API, until ended."""
    from ops.services.web import serve as serve_web

    _serve(serve_web, "web")


@site_app.command()
def check(file: SiteFileArgument) -> None:
    """Say what is wrong with a site file, line by line."""
    sites = _sites(file).sites
    print(
        f"{file} is good: "
        + ", ".join(f"{s.id} ({many(len(s.spaces), 'space')}, {many(len(s.sensors), 'sensor')})" for s in sites)
    )


@site_app.command()
def apply(
    file: SiteFileArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    sandbox: Annotated[bool, typer.Option(help="Mark the sites as places for simulated data.")] = False,
) -> None:
    """Show how a site file differs from the database, then make the database like it."""
    from ops.stack.demo import as_sandbox
    from store.database import Database
    from store.sites import apply as apply_sites

    sites = as_sandbox(_sites(file)) if sandbox else _sites(file)
    with Database(_settings().database_url.get_secret_value(), pool_size=1) as db:
        differences = apply_sites(db, sites, dry_run=True)
        if not differences:
            print("Nothing to do: the database is like the file.")
            return
        print("\n".join(differences))
        if not yes:
            typer.confirm("Apply?", abort=True)
        apply_sites(db, sites)
        print("Applied.")


@site_app.command()
def export() -> None:
    """Print the sites as they are in the database, as a site file."""
    from core.sitefile import dump
    from store.database import Database
    from store.sites import export as export_sites

    with Database(_settings().database_url.get_secret_value(), pool_size=1) as db:
        print(dump(export_sites(db)), end="")


@adapter_app.command("try")
def try_payload(
    file: Annotated[Path, typer.Argument(help="The payload as the sensor sends it; - reads it from the input.")],
    topic: Annotated[str, typer.Option(help="The topic it comes on.")] = "",
    fport: Annotated[int | None, typer.Option(min=0, max=255, help="The port of a LoRaWAN frame (in hex).")] = None,
    encoding: Annotated[Literal["json", "hex", "text"] | None, typer.Option(help="How the file is written.")] = None,
    model: Annotated[str, typer.Option(help='What sends it, such as "Milesight VS133".')] = "",
    site_file: Annotated[Path | None, typer.Option(help="A site file, for its mappings, models and zone.")] = None,
    received: Annotated[str, typer.Option(help="When it comes, such as 2026-11-25T08:15:00Z; now if left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
) -> None:
    """Show what a payload becomes, and why: readings, not data, or rejected. Nothing is stored."""
    from collectors import trial
    from core.known import NOTHING, known_from

    request = trial.Request(
        content=trial.read(file),
        received=trial.moment(received) or datetime.now(UTC),
        topic=topic,
        fport=fport,
        encoding=encoding,
        model=model,
    )
    found = trial.run(request, known_from(_sites(site_file).sites) if site_file else NOTHING)
    print(trial.as_json(found) if as_json else trial.as_text(found))


@simulate_app.command()
def live(
    site_file: Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")] = None,
    start: Annotated[datetime | None, typer.Option(help="Begin then (UTC); today's beginning if left out.")] = None,
    end: Annotated[datetime | None, typer.Option(help="End then (UTC).")] = None,
    speed: Annotated[float, typer.Option(min=0, help="How much faster the past is sent; 0: at full speed.")] = 0.0,
    every: Annotated[int, typer.Option(min=1, max=900, help="Seconds until a passage is reported at most.")] = 10,
    truth: Annotated[Path | None, typer.Option(help="Add the truth to this file, a JSON line a quarter hour.")] = None,
    seed: int = 1,
    scenario: ScenarioOption = "",
    sets: SetOption = None,
    begins: BeginsOption = None,
) -> None:
    """Publish what simulated sensors see: at once what has happened today, then as it happens."""
    from ops.simulation import scenarios
    from sensors_sim.live import run

    sites = _sites(site_file) if site_file else _sandboxes(_settings())
    begin, until = (t and t.replace(tzinfo=UTC) for t in (start, end))
    if begin and until:
        in_order(begin, until)
    today = business_day(begin or datetime.now(UTC), sites.sites[0])
    asked = scenarios.find(scenario, sets, begins and begins.date())
    under = asked if begins else scenarios.at_work(asked, today)
    scenarios.tell(sites, under)

    def simulate(settings: Settings, stop: threading.Event) -> None:
        run(sites, settings, stop=stop, seed=seed, start=begin, end=until, speed=speed, every_s=every, truth=truth,
            scenario=under)  # fmt: skip

    _serve(simulate, "simulator")


@simulate_app.command()
def backfill(
    first: Annotated[datetime, day_option("First day.")],
    last: Annotated[datetime, day_option("Last day.")],
    site_file: Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    as_live: Annotated[bool, typer.Option(help="In the small steps of live sensors.")] = False,
    remember: Annotated[Path | None, typer.Option(hidden=True)] = None,
    scenario: ScenarioOption = "",
    sets: SetOption = None,
    begins: BeginsOption = None,
) -> None:
    """Write simulated history into the database, through the same adapters as live messages."""
    from ops.simulation import backfill as backfill_module
    from ops.simulation import scenarios
    from ops.simulation.history import Gap

    in_order(first, last)
    settings = _settings()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the worker processes are ended too
    sites = _sites(site_file) if site_file else _sandboxes(settings)
    gap = Gap(first=first.date(), last=last.date(), live=as_live)
    under = scenarios.find(scenario, sets, begins and begins.date())
    scenarios.tell(sites, under)
    began = time.monotonic()
    readings = backfill_module.run(settings.database_url.get_secret_value(), sites, gap, seed, remember, under)
    print(f"{many(readings, 'reading')} written in {time.monotonic() - began:.0f} s")


@simulate_app.command("sites")
def changed_sites(
    scenario: ScenarioOption,
    site_file: Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")] = None,
    sets: SetOption = None,
    begins: BeginsOption = None,
) -> None:
    """Print the sites as a scenario makes them, as a site file: with its hours, doors and sensors."""
    from core.sitefile import dump
    from ops.simulation import scenarios
    from sensors_sim.placing import applied

    sites = _sites(site_file) if site_file else _sandboxes(_settings())
    print(dump(applied(sites, scenarios.find(scenario, sets, begins and begins.date()))), end="")


@simulate_app.command("scenarios")
def list_scenarios() -> None:
    """Show the scenarios that come with Besök."""
    from ops.simulation import scenarios

    print("\n".join(scenarios.listing()))


@device_app.command("list")
def list_devices(
    unplaced: Annotated[bool, typer.Option(help="Only those that are heard and observe nothing yet.")] = False,
) -> None:
    """Show the sensors: what each observes, and when it was last heard."""
    from ops.terminal import devices
    from store import queries
    from store.database import Database

    now = datetime.now(UTC)
    with Database(_settings().database_url.get_secret_value(), pool_size=1) as db:
        found = (
            devices.strangers(_strangers(db, now), now)
            if unplaced
            else devices.listing(queries.devices(db, now=now), now)
        )
        print("\n".join(found) or "None.")


@device_app.command("suggest")
def suggest_devices() -> None:
    """Print lines for the site file: each sensor that is heard and not placed, where its name says that it hangs."""
    from ops.terminal import devices
    from store.database import Database

    with Database(_settings().database_url.get_secret_value(), pool_size=1) as db:
        print(
            "\n".join(devices.lines(_strangers(db, datetime.now(UTC)))) or "# Every sensor that is heard has its place."
        )


@rejected_app.command("list")
def list_rejected(limit: Annotated[int, typer.Option(min=1, help="How many, the latest first.")] = 20) -> None:
    """Show messages that could not be read, and why."""
    from store import queries
    from store.database import Database

    with Database(_settings().database_url.get_secret_value(), pool_size=1) as db:
        for message in queries.rejected(db, limit):
            print(f"{message.id}  {message.received:%Y-%m-%d %H:%M:%S}  {message.topic}  {message.reason}")
            print(f"    {message.payload[:200]}")


@rejected_app.command()
def replay(ids: Annotated[list[int] | None, typer.Argument(help="All of them if none is given.")] = None) -> None:
    """Try rejected messages again, after the cause was mended."""
    from collectors.replay import replay as replay_messages
    from store.database import Database

    with Database(_settings().database_url.get_secret_value(), pool_size=1) as db:
        good, still = replay_messages(db, ids or None, now=datetime.now(UTC))
        print(f"{good} read and stored now, {still} still rejected")


def _strangers(db: "Database", now: datetime) -> "list[Stranger]":
    from core.analytics.strangers import introduce
    from store import queries
    from store.sites import load_all

    return introduce(queries.unplaced(db, now), load_all(db))


def _sandboxes(settings: Settings) -> SiteFile:
    """The sites of the database that are meant for simulated data, and no others."""
    from store.database import Database
    from store.sites import load_all

    with Database(settings.database_url.get_secret_value(), pool_size=1) as db:
        sites = tuple(site for site in load_all(db) if site.sandbox)
    if not sites:
        raise BesokError("No site of the database is a sandbox: `besok site apply --sandbox FILE` makes one")
    return SiteFile(sites=sites)


if __name__ == "__main__":
    main()
