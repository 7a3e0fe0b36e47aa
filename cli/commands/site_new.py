"""The command `besok site new`: a site file to begin with, from a few questions or from options."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from besok.model.errors import BesokError
from besok.model.site import WEEKDAYS
from besok.model.sitefile import parse
from besok.model.sitefile.template import NewPassage, NewSite, template

HOURS: Final = {"library": ("09:00-19:00", "10:00-16:00", "closed"), "park": ("always", "always", "always")}


def new(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; made of the name.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of the site.")] = None,
    kind: Annotated[str | None, typer.Option(help="library or park.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is usual.")] = False,
) -> None:
    """Write a site file to begin with, with comments; what no option says is asked."""

    def ask(question: str, usual: str) -> str:
        if yes:
            return usual
        return str(typer.prompt(question, default=usual, show_default=bool(usual.strip()))).strip()

    def ask_each(question: str) -> list[str]:
        answers: list[str] = []
        while text := ask(f"{question} (empty: no more)", ""):
            answers.append(text)
        return answers

    if yes and not name:
        raise BesokError("say at least what the site is called: --name")
    name = name or ask("Name of the library or park", "")
    chosen: Any = kind or ask("Kind (library, park)", "library")
    if chosen not in HOURS:
        raise BesokError(f'"{chosen}" is neither library nor park')
    week, saturday, sunday = HOURS[chosen]
    by_day = dict.fromkeys(WEEKDAYS, ask("Hours, Monday to Friday", week))
    by_day["saturday"] = ask("Hours on Saturdays", saturday)
    by_day["sunday"] = ask("Hours on Sundays", sunday)
    storeys = ask_each("Storey, from the lowest up") if chosen == "library" else []
    doors = ask_each("Door, as NAME@STOREY=DEVICE") or ["@".join(["Entrance", *storeys[:1]])]
    new_site = NewSite(
        name=name,
        kind=chosen,
        timezone=ask("Time zone", "Europe/Stockholm"),
        country=ask("Public holidays of (country code)", "SE"),
        hours=by_day,
        storeys=storeys,
        doors=[*map(_door, doors)],
    )
    target = file or Path(f"{new_site.id}.toml")
    if target.exists():
        raise BesokError(f"{target} is there already; name another file, or move it away")
    text = template(new_site, datetime.now(UTC).date())
    parse(text, str(target))
    target.write_text(text, "utf-8")
    print(
        f"{target} is written. Look it through, then:\n  besok site check {target}\n  besok site apply {target}"
    )


def _door(text: str) -> NewPassage:
    """Return a door from "NAME", "NAME@STOREY", and "=DEVICE" or "=DEVICE,SOURCE" where a sensor counts it."""
    name, _, sensor = text.partition("=")
    name, _, storey = name.partition("@")
    device, _, source = sensor.partition(",")
    return NewPassage(
        name=name.strip(), inner=storey.strip(), device=device.strip(), source=source.strip() or "native"
    )
