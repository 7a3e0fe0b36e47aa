"""What planners ask the simulator: `besok simulate what-if`."""

from datetime import date, datetime
from typing import Annotated, Literal

import typer

from core import settings as settings_module
from ops.options import BeginsOption, ScenarioOption, SetOption, SiteFileOption

DayOption = typer.Option(formats=["%Y-%m-%d"])


def register(app: typer.Typer) -> None:
    """Add the commands to `besok simulate`."""
    app.command("what-if")(what_if)


def what_if(
    scenario: ScenarioOption = "double-visitors",
    site_file: SiteFileOption = None,
    sets: SetOption = None,
    first: Annotated[datetime | None, DayOption] = None,
    last: Annotated[datetime | None, DayOption] = None,
    begins: BeginsOption = None,
    today: Annotated[str, typer.Option(help="A scenario that says what is today, such as a fitted world.")] = "",
    replications: Annotated[int, typer.Option(min=1, max=1000, help="More are surer and take longer.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the first replication.")] = 1,
    form: Annotated[Literal["table", "csv", "json"], typer.Option("--format")] = "table",
) -> None:
    """Say which space is over capacity under a scenario, when, for how long and how surely, beside today's."""
    from ops import scenarios, whatif
    from ops.sitefiles import read, stored
    from sensors_sim.scenariofile import composed
    from sensors_sim.whatif import Question

    usual = scenarios.find(today, None)
    then = composed(usual, scenarios.find(scenario, sets, begins and begins.date()))
    since, until = whatif.days(then, _day(first), _day(last), date.today())  # noqa: DTZ011
    question = Question(
        site_file=read(site_file) if site_file else stored(settings_module.load()),
        today=usual,
        then=then,
        first=since,
        last=until,
        seeds=tuple(range(seed, seed + replications)),
    )
    write = {"table": whatif.as_text, "csv": whatif.as_csv, "json": whatif.as_json}[form]
    print(write(whatif.ask(question)))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
