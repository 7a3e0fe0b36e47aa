"""The command `besok simulate score`."""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import SetOption, SiteFileOption, day_option

if TYPE_CHECKING:
    from cli.worlds.score import Scores

USUAL_DAYS = 3
USUAL_HISTORY = 7


def register(app: typer.Typer) -> None:
    """Add the command to `besok simulate`."""
    app.command()(score)


def score(
    site_file: SiteFileOption = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="Business days of a building to judge: 3.")
    ] = None,
    history: Annotated[
        int | None, typer.Option(min=0, max=366, help="Days before them to learn from: 7.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(help="A scenario, or several; all: each that comes with Besök.")
    ] = None,
    sets: SetOption = None,
    first: Annotated[datetime | None, day_option("First day; that of the scenario if left out.")] = None,
    rooms: Annotated[
        Path | None, typer.Option(help="A CSV file of time,people: who really was in a room.")
    ] = None,
    reset: Annotated[str, typer.Option(help="When the business day of the file begins.")] = "04:00",
    closed: Annotated[str | None, typer.Option(help="When its room is closed: 20:00-07:00.")] = None,
    capacity: Annotated[int | None, typer.Option(min=1, help="How many people its room holds.")] = None,
    miss: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of passages its counter misses, about.")
    ] = 0.04,
    seed: Annotated[int, typer.Option(help="Another seed, other people and other mistakes.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="So many seeds, from that one on.")] = 1,
    quick: Annotated[bool, typer.Option(help="Standard worlds without the simulated house.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object, each space by itself.")
    ] = False,
) -> None:
    """Judge what Besök says of worlds whose truth is known, beside simpler ways of counting.

    Without options: the standard worlds. With --rooms: a room whose truth a file tells, its door counted by a fallible
    counter. With --site-file, --scenario, --days or --first: a building that is simulated.
    """
    from cli.worlds import score as judge

    every = range(seed, seed + seeds)
    building = any(option is not None for option in (site_file, scenario, days, first, history))
    if rooms and building:
        raise typer.BadParameter("--rooms judges a file, the other options a building: ask for one of them")
    if rooms:
        scores = judge.judged(judge.rooms(rooms, reset, closed, capacity, miss, every))
    elif building:
        scores = _building(site_file, days or USUAL_DAYS, history, scenario, sets, first, every)
    else:
        scores = judge.standard_worlds(every, _told, simulated_too=not quick)
    print(judge.as_json(scores) if as_json else judge.as_text(scores))


def _building(
    site_file: Path | None, days: int, history: int | None, scenario: list[str] | None, sets: list[str] | None,
    first: datetime | None, seeds: range,
) -> "Scores":  # fmt: skip
    from cli.commands.sitefiles import read, stored
    from cli.simulation import scenarios
    from cli.worlds import score as judge
    from sensors_sim.scenario import Scenario
    from sensors_sim.scenariofile import shipped

    sites = read(site_file) if site_file else stored()
    names = [*shipped()] if scenario == ["all"] else scenario or [""]
    recent = datetime.now(UTC).date() - timedelta(days=days)

    def begins(found: Scenario) -> date:
        return first.date() if first else found.first or recent

    found = [scenarios.find(name, sets, first.date() if first and name else None) for name in names]
    return judge.run(sites, found, begins, days, seeds, USUAL_HISTORY if history is None else history)


def _told(world: str) -> None:
    """The standard worlds take a while: say which of them has been judged, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{world} is judged ... ", end="", file=sys.stderr, flush=True)
