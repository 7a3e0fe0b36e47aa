"""The command `besok simulate score`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.options import SiteFileOption, day_option

if TYPE_CHECKING:
    from sensors_sim.scenario import Scenario


def score(
    site_file: SiteFileOption = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Business days to judge.")] = 3,
    history: Annotated[int, typer.Option(min=0, max=366, help="Days before them to learn from.")] = 7,
    scenario: Annotated[
        list[str] | None, typer.Option(help="A scenario, or several; all: each that comes with Besök.")
    ] = None,
    first: Annotated[datetime | None, day_option("First day; that of the scenario if left out.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other people and other errors.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="So many seeds, from that one on.")] = 1,
    stored_too: Annotated[
        bool,
        typer.Option(
            "--stored", help="Judge what the running installation has stored of its simulated sites instead."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object, each space by itself.")
    ] = False,
) -> None:
    """Judge Besök's estimates in a simulated building by the simulated truth, beside simpler ways of counting."""
    if stored_too:
        _stored(days, seed, scenario or [""], as_json=as_json)
        return
    from cli.commands.sitefiles import read, stored
    from cli.simulation import scenario_files
    from cli.simulation import score as scoring
    from sensors_sim.scenariofile import shipped

    sites = read(site_file) if site_file else stored()
    names = [*shipped()] if scenario == ["all"] else scenario or [""]
    recent = datetime.now(UTC).date() - timedelta(days=days)

    def begins(scenarios: "Scenario") -> date:
        return first.date() if first else scenarios.first or recent

    scenarios = [scenario_files.find(name, first.date() if first and name else None) for name in names]
    scores = scoring.run(sites, scenarios, begins, days, range(seed, seed + seeds), history)
    print(scoring.as_json(scores) if as_json else scoring.as_text(scores))


def _stored(days: int, seed: int, names: Sequence[str], *, as_json: bool) -> None:
    """Judge the figures of the sandboxes in the database."""
    from cli.commands.database import opened
    from cli.commands.sitefiles import sandboxes
    from cli.simulation import scenario_files, stored

    if len(names) > 1:
        raise typer.BadParameter(
            "name the one scenario that the installation simulates", param_hint="--scenario"
        )
    sites = sandboxes()
    with opened() as db:
        now = datetime.now(UTC)
        result = stored.run(db, sites, days, now, seed, scenario_files.find(names[0]))
    print(stored.as_json(result) if as_json else stored.as_text(result))
