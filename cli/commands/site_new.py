"""The command `besok site new`: a site file to begin with, from a few questions or from options."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from besok.model.calendar import WEEKDAYS
from besok.model.errors import BesokError
from besok.model.sitefile import parse
from besok.model.sitefile.template import NewPassage, NewSite, template

DOOR_HELP = (
    'A door: "NAME", "NAME@STOREY", and "=DEVICE" or "=DEVICE,SOURCE" where a sensor counts it; repeat.'
)
STAIRS_HELP = 'A passage between two storeys: "LOWER/UPPER", with "=DEVICE" where a sensor counts it; repeat.'

HOURS: Final = {"library": ("09:00-19:00", "10:00-16:00", "closed"), "park": ("always", "always", "always")}


def new(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; made of the name.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of the site.")] = None,
    kind: Annotated[str | None, typer.Option(help="library or park.")] = None,
    timezone: Annotated[str | None, typer.Option(help="As Europe/Stockholm.")] = None,
    country: Annotated[str | None, typer.Option(help='Whose public holidays it keeps: "SE".')] = None,
    weekdays: Annotated[
        str | None, typer.Option(help="Hours, Monday to Friday: 09:00-19:00, closed, always.")
    ] = None,
    saturday: Annotated[str | None, typer.Option(help="Hours on Saturdays.")] = None,
    sunday: Annotated[str | None, typer.Option(help="Hours on Sundays.")] = None,
    storey: Annotated[list[str] | None, typer.Option(help="A storey, from the lowest up; repeat.")] = None,
    door: Annotated[list[str] | None, typer.Option(help=DOOR_HELP)] = None,
    stairs: Annotated[list[str] | None, typer.Option(help=STAIRS_HELP)] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is usual.")] = False,
) -> None:
    """Write a site file to begin with, with comments; what no option says is asked."""

    def ask(known: str | None, question: str, usual: str) -> str:
        if known is not None or yes:
            return usual if known is None else known
        return str(typer.prompt(question, default=usual, show_default=bool(usual.strip()))).strip()

    def ask_each(known: list[str] | None, question: str) -> list[str]:
        found = list(known or ())
        while known is None and not yes and (one := ask(None, f"{question} (empty: no more)", "")):
            found.append(one)
        return found

    if yes and not name:
        raise BesokError("say at least what the site is called: --name")
    name = ask(name, "Name of the library or park", "")
    chosen: Any = ask(kind, "Kind (library, park)", "library")
    if chosen not in ("library", "park"):
        raise BesokError(f'"{chosen}" is neither library nor park')
    week, saturdays, sundays = HOURS[chosen]
    by_day = dict.fromkeys(WEEKDAYS, ask(weekdays, "Hours, Monday to Friday", week))
    by_day["saturday"] = ask(saturday, "Hours on Saturdays", saturdays)
    by_day["sunday"] = ask(sunday, "Hours on Sundays", sundays)
    storeys = ask_each(storey if chosen == "library" else storey or [], "Storey, from the lowest up")
    made = NewSite(
        name=name,
        kind=chosen,
        timezone=ask(timezone, "Time zone", "Europe/Stockholm"),
        country=ask(country, "Public holidays of (country code)", "SE"),
        hours=by_day,
        storeys=storeys,
        doors=[*map(_door, ask_each(door, "Door, as NAME@STOREY=DEVICE"))]
        or [_door("@".join(["Entrance", *storeys[:1]]))],
        stairs=[*map(_stairs, stairs or (f"{lower}/{upper}" for lower, upper in pairwise(storeys)))],
    )
    target = file or Path(f"{made.id}.toml")
    if target.exists():
        raise BesokError(f"{target} is there already; name another file, or move it away")
    text = template(made, datetime.now(UTC).date())
    parse(text, str(target))
    target.write_text(text, "utf-8")
    print(
        f"{target} is written. Look it through, then:\n  besok site check {target}\n  besok site apply {target}"
    )


def _door(text: str) -> NewPassage:
    name, _, device = text.partition("=")
    name, _, storey = name.partition("@")
    return NewPassage(name=name.strip(), inner=storey.strip(), **_sensor(device))


def _stairs(text: str) -> NewPassage:
    ends, _, device = text.partition("=")
    lower, found, upper = (part.strip() for part in ends.partition("/"))
    if not found:
        raise BesokError(f'"{text}" names no two storeys; write "LOWER/UPPER"')
    return NewPassage(name=f"{lower} - {upper}", outer=lower, inner=upper, **_sensor(device))


def _sensor(text: str) -> dict[str, str]:
    """Return a device and its source of the text `DEVICE` or `DEVICE,SOURCE`."""
    device, _, source = (part.strip() for part in text.partition(","))
    return {"device": device, "source": source or "native"}
