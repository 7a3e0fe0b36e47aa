"""Commands for planners: `besok simulate what-if` and `fit`."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from besok.model.errors import BesokError, ScenarioError
from cli.commands.database import opened
from cli.commands.options import (
    AsJson,
    BeginsOption,
    ScenarioOption,
    SiteFileOption,
    day_option,
    in_order,
)


def what_if(
    scenario: ScenarioOption = "double-visitors",
    site_file: SiteFileOption = None,
    first: Annotated[
        datetime | None, day_option("The first day; that of the scenario, or next Monday, if left out.")
    ] = None,
    last: Annotated[
        datetime | None, day_option("The last day; that of the scenario, or four weeks on, if left out.")
    ] = None,
    begins: BeginsOption = None,
    today: Annotated[
        str, typer.Option(help="A scenario that says what is today, such as a fitted world.")
    ] = "",
    replications: Annotated[int, typer.Option(min=1, max=1000, help="More are surer and take longer.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the first replication.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Say which space is over capacity under a scenario, when, for how long and how surely, beside today's."""
    from cli.commands.sitefiles import read, stored
    from cli.simulation import scenario_files, whatif
    from sensors_sim.whatif import Question

    requested = scenario_files.find(scenario, begins and begins.date())
    usual, then = scenario_files.worlds(scenario_files.find(today), requested)
    since, until = whatif.days(then, _day(first), _day(last), date.today())  # noqa: DTZ011
    question = Question(
        site_file=read(site_file) if site_file else stored(),
        today=usual,
        then=then,
        first=since,
        last=until,
        seeds=tuple(range(seed, seed + replications)),
    )
    answer = whatif.ask(question)
    print(whatif.as_json(answer) if as_json else whatif.as_text(answer))


def fit(
    first: Annotated[datetime, day_option("First business day to learn from.")],
    last: Annotated[datetime, day_option("Last one.")],
    site: Annotated[
        list[str] | None, typer.Option(help="A site to learn; all of the database if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The scenario file to write.")] = None,
) -> None:
    """Learn a world from the stored history of sites, as a scenario that others can be based on."""
    from cli.commands.sitefiles import around, stored
    from cli.simulation import fit as fitting
    from sensors_sim.fit import learn
    from sensors_sim.scenariofile import dump

    in_order(first, last)
    sites = around(stored(), site or ())
    with opened() as db:
        history = fitting.stored_history(db, sites, first.date(), last.date())
    try:
        scenario, learnt = learn(sites, history, site or ())
    except ScenarioError as exc:
        raise BesokError(f"There is too little history to learn from:\n{exc}") from exc
    if out:
        out.write_text(dump(scenario), encoding="utf-8")
    print("\n".join(fitting.describe(learnt)) if out else dump(scenario))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
