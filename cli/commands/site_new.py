"""The command `besok site new`: a site file to begin with, from a few questions or from options."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from besok.model.calendar import WEEKDAYS
from besok.model.errors import BesokError
from besok.model.sitefile import parse
from besok.model.sitefile.template import NewPassage, NewSite, template

DOOR_HELP = (
    'A door: "NAME", "NAME@STOREY", and "=DEVICE" or "=DEVICE,SOURCE" where a sensor counts it; repeat.'
)
STAIRS_HELP = 'A passage between two storeys: "LOWER/UPPER", with "=DEVICE" where a sensor counts it; repeat.'


def new(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; made of the name.")] = None,
    name: Annotated[str, typer.Option(help="The name of the site.")] = "",
    kind: Annotated[str, typer.Option(help="library or park.")] = "",
    timezone: Annotated[str, typer.Option(help="As Europe/Stockholm.")] = "",
    country: Annotated[str | None, typer.Option(help='Whose public holidays it keeps: "SE".')] = None,
    weekdays: Annotated[str, typer.Option(help="Hours, Monday to Friday: 09:00-19:00, closed, always.")] = "",
    saturday: Annotated[str, typer.Option(help="Hours on Saturdays.")] = "",
    sunday: Annotated[str, typer.Option(help="Hours on Sundays.")] = "",
    storey: Annotated[list[str] | None, typer.Option(help="A storey, from the lowest up; repeat.")] = None,
    door: Annotated[list[str] | None, typer.Option(help=DOOR_HELP)] = None,
    stairs: Annotated[list[str] | None, typer.Option(help=STAIRS_HELP)] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is usual.")] = False,
) -> None:
    """Write a site file to begin with, with comments; what no option says is asked."""

    def ask(known: str, question: str, usual: str) -> str:
        return known or _ask(question, usual, yes)

    if yes and not name:
        raise BesokError("say at least what the site is called: --name")
    name = name or _ask("Name of the library or park", "", ask_not=False)
    chosen: Any = ask(kind, "Kind (library, park)", "library")
    if chosen not in ("library", "park"):
        raise BesokError(f'"{chosen}" is neither library nor park')
    week = "always" if chosen == "park" else "09:00-19:00"
    by_day = dict.fromkeys(WEEKDAYS, ask(weekdays, "Hours, Monday to Friday", week))
    by_day["saturday"] = ask(saturday, "Hours on Saturdays", week if week == "always" else "10:00-16:00")
    by_day["sunday"] = ask(sunday, "Hours on Sundays", week if week == "always" else "closed")
    storeys = storey if storey is not None else _storeys(chosen, yes)
    made = NewSite(
        name=name,
        kind=chosen,
        timezone=ask(timezone, "Time zone", "Europe/Stockholm"),
        country=country if country is not None else _ask("Public holidays of (country code)", "SE", yes),
        hours=by_day,
        storeys=storeys,
        doors=[_door(text) for text in door] if door is not None else _doors(storeys, yes),
        stairs=[_stairs(text, storeys) for text in stairs]
        if stairs is not None
        else _all_stairs(storeys, yes),
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


def _ask(question: str, usual: str, ask_not: bool) -> str:
    return (
        usual
        if ask_not
        else str(typer.prompt(question, default=usual or None, show_default=bool(usual))).strip()
    )


def _more(question: str) -> str:
    """Ask for one more; empty for none."""
    return str(typer.prompt(f"{question} (empty: no more)", default="", show_default=False)).strip()


def _storeys(kind: str, ask_not: bool) -> list[str]:
    found: list[str] = []
    while kind == "library" and not ask_not and (name := _more("Storey, from the lowest up")):
        found.append(name)
    return found


def _doors(storeys: list[str], ask_not: bool) -> list[NewPassage]:
    found: list[NewPassage] = []
    while not ask_not and (name := _more("Door that leads in from outside")):
        passage = _door(name)
        if storeys and not passage.inner:
            passage = replace(passage, inner=_ask("  It leads to the storey", storeys[0], ask_not=False))
        if not passage.device:
            passage = replace(passage, **_sensor(_more("  Device that counts it")))
        found.append(passage)
    return found or [_door(f"Entrance@{storeys[0]}" if storeys else "Entrance")]


def _all_stairs(storeys: list[str], ask_not: bool) -> list[NewPassage]:
    """Return a passage between each storey and the next: one that nothing counts is known to be there."""
    found = []
    for lower, upper in pairwise(storeys):
        device = "" if ask_not else _more(f"Device that counts between {lower} and {upper}")
        found.append(_stairs(f"{lower}/{upper}" + (f"={device}" if device else ""), storeys))
    return found


def _door(text: str) -> NewPassage:
    name, _, device = text.partition("=")
    name, _, storey = name.partition("@")
    return NewPassage(name=name.strip(), inner=storey.strip(), **_sensor(device))


def _stairs(text: str, storeys: list[str]) -> NewPassage:
    ends, _, device = text.partition("=")
    lower, found, upper = (part.strip() for part in ends.partition("/"))
    if not found:
        raise BesokError(f'"{text}" names no two storeys; write "{"/".join(storeys[:2]) or "LOWER/UPPER"}"')
    return NewPassage(name=f"{lower} - {upper}", outer=lower, inner=upper, **_sensor(device))


def _sensor(text: str) -> dict[str, str]:
    """Return a device and its source: DEVICE or "DEVICE,SOURCE"."""
    device, _, source = (part.strip() for part in text.partition(","))
    return {"device": device, "source": source or "native"}
