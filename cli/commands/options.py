"""Options that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

SiteOption = Annotated[str, typer.Option(help="The site it belongs to.")]
AnySite = Annotated[str | None, typer.Option(help="Only this site.")]
ScenarioOption = Annotated[str, typer.Option(help="A scenario: a name of `simulate scenarios`, or a file.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="Which column holds the counts, by name or number; several are added up; all."
    ),
]
DateColumnOption = Annotated[
    list[str] | None,
    typer.Option("--date-column", help="Which column holds the time, by name or number; two are joined."),
]
DateFormatOption = Annotated[str, typer.Option(help="How dates are written, such as %d/%m/%Y or %b-%y.")]
DecimalOption = Annotated[str, typer.Option(help="The decimal sign: . or ,")]
SepOption = Annotated[str, typer.Option(help="What separates columns: , or ; or tab.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Change a value of it: rates.*.arrivals=1.5")
]


def _near(day: datetime | None) -> datetime | None:
    from sensors_sim.scenario import YEARS  # the simulator takes its time to load

    if day and not YEARS[0] <= day.year <= YEARS[1]:
        raise typer.BadParameter(
            f"{day:%Y-%m-%d} is too far away; write a year from {YEARS[0]} to {YEARS[1]}"
        )
    return day


def day_option(about: str = "") -> Any:
    """Return an option for a business day in a time that can be simulated."""
    return typer.Option(formats=["%Y-%m-%d"], help=about or None, callback=_near)


def in_order(first: datetime, last: datetime) -> None:
    """Raise BadParameter for a time that ends before it begins."""
    if last < first:
        raise typer.BadParameter(f"{last:%Y-%m-%d %H:%M} is before {first:%Y-%m-%d %H:%M}: exchange the two")


BeginsOption = Annotated[datetime | None, day_option("The business day on which the scenario begins.")]
SiteFileOption = Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")]
