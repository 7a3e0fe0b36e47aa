"""The commands `besok simulate`: simulated sensors, live and in the past, and what is asked of simulated worlds."""

import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from besok.model.plurals import many
from cli.commands import planning, score, traffic
from cli.commands.options import BeginsOption, ScenarioOption, SiteFileOption, day_option, in_order, near
from cli.commands.sitefiles import read, sandboxes
from cli.serving.settings import serve, settings

if TYPE_CHECKING:
    from besok.model.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.command()
def live(
    site_file: SiteFileOption = None,
    start: Annotated[
        datetime | None,
        typer.Option(callback=near, help="Begin then (UTC); today's beginning if left out."),
    ] = None,
    end: Annotated[datetime | None, typer.Option(callback=near, help="End then (UTC).")] = None,
    speed: Annotated[
        float, typer.Option(min=0, help="How much faster the past is sent; 0: at full speed.")
    ] = 0.0,
    every: Annotated[
        int, typer.Option(min=1, max=900, help="Seconds until a passage is reported at most.")
    ] = 10,
    truth: Annotated[
        Path | None, typer.Option(help="Add the truth to this file, a JSON line a quarter hour.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    scenario: ScenarioOption = "",
    begins: BeginsOption = None,
) -> None:
    """Publish what simulated sensors see: at once what has happened today, then as it happens."""
    from cli.simulation import scenario_files
    from sensors_sim.live import run

    sites = read(site_file) if site_file else sandboxes()
    begin, until = (t and t.replace(tzinfo=UTC) for t in (start, end))
    if begin and until:
        in_order(begin, until)
    from besok.model.calendar import business_day

    today = business_day(begin or datetime.now(UTC), sites.sites[0])
    chosen = scenario_files.find(scenario, begins and begins.date())
    active = chosen if begins else scenario_files.at_work(chosen, today)
    scenario_files.tell(sites, active)

    def simulate(settings: "Settings", stop: threading.Event) -> None:
        run(sites, settings, stop=stop, seed=seed, start=begin, end=until, speed=speed, every_s=every, truth=truth,
            scenario=active)  # fmt: skip

    serve(simulate, "simulator")


@app.command()
def backfill(
    first: Annotated[datetime, day_option("First day.")],
    last: Annotated[datetime, day_option("Last day.")],
    site_file: SiteFileOption = None,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    as_live: Annotated[bool, typer.Option(help="In the small steps of live sensors.")] = False,
    remember: Annotated[Path | None, typer.Option(hidden=True)] = None,
    scenario: ScenarioOption = "",
    begins: BeginsOption = None,
) -> None:
    """Write simulated history into the database, through the same adapters as live messages."""
    from cli.simulation import backfill as history
    from cli.simulation import scenario_files
    from cli.simulation.history import Gap

    in_order(first, last)
    loaded = settings()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the worker processes are ended too
    sites = read(site_file) if site_file else sandboxes()
    gap = Gap(first=first.date(), last=last.date(), live=as_live)
    under = scenario_files.find(scenario, begins and begins.date())
    scenario_files.tell(sites, under)
    started = time.monotonic()
    readings = history.run(loaded.database_url.get_secret_value(), sites, gap, seed, remember, under)
    print(f"{many(readings, 'reading')} written in {time.monotonic() - started:.0f} s")


@app.command("sites")
def changed_sites(
    scenario: ScenarioOption,
    site_file: SiteFileOption = None,
    begins: BeginsOption = None,
) -> None:
    """Print the sites as a scenario makes them, as a site file: with its hours, doors and sensors."""
    from besok.model.sitefile import dump
    from cli.simulation import scenario_files
    from sensors_sim.placing import applied

    sites = read(site_file) if site_file else sandboxes()
    print(dump(applied(sites, scenario_files.find(scenario, begins and begins.date()))), end="")


@app.command("scenarios")
def list_scenarios() -> None:
    """Show the scenarios that come with Besök."""
    from cli.simulation import scenario_files

    print("\n".join(scenario_files.listing()))


for name, command in (
    ("what-if", planning.what_if),
    ("fit", planning.fit),
    ("record", traffic.record),
    ("replay", traffic.replay),
    ("score", score.score),
):
    app.command(name)(command)
