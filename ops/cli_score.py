"""The command `besok simulate score`."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from ops.options import SetOption, SiteFileOption, day_option
from ops.serving import settings


def register(app: typer.Typer) -> None:
    """Add the command to `besok simulate`."""
    app.command()(score)


def score(
    site_file: SiteFileOption = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Business days to simulate.")] = 3,
    scenario: Annotated[
        list[str] | None, typer.Option(help="A scenario, or several; all: each that comes with Besök.")
    ] = None,
    sets: SetOption = None,
    first: Annotated[datetime | None, day_option("First day; that of the scenario if left out.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object, each space by itself.")] = False,
) -> None:
    """Judge what Besök says of a simulated world by what really happened in it, beside simpler ways of counting."""
    from ops import scenarios
    from ops import score as judge
    from ops.sitefiles import read, stored
    from sensors_sim.scenario import Scenario
    from sensors_sim.scenariofile import shipped

    sites = read(site_file) if site_file else stored(settings())
    names = [*shipped()] if scenario == ["all"] else scenario or [""]
    recent = datetime.now(UTC).date() - timedelta(days=days)

    def begins(found: Scenario) -> date:
        return first.date() if first else found.first or recent

    found = [scenarios.find(name, sets, first.date() if first and name else None) for name in names]
    scores = judge.run(sites, found, begins, days, seed)
    print(judge.as_json(scores) if as_json else judge.as_text(scores))
