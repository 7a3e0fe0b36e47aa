"""The commands `besok device`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from besok.model import messages
from besok.model.decode_context import native_topics
from besok.model.errors import BesokError
from besok.model.mapping_draft import name_of
from besok.model.plurals import many
from besok.model.site import PayloadMapping
from besok.model.sitefile import sensor_lines
from besok.model.topics import problem
from besok.services import unknown_devices
from besok.services.devices import get_devices, get_unplaced
from besok.services.replacement import WALK_TEXTS, DoorCounts, door_counts, judge_walk, plan_replacement
from besok.services.unplaced_devices import UnassignedSensor, suggest_placements
from besok.store import device_mappings, identity, removal, voids
from besok.store.database import Database
from besok.store.sites import edit, load_all
from besok.store.voids import ReadingTotals
from cli.commands.database import opened
from cli.commands.options import Author, DeviceArgument, SourceOption, Yes, confirm, day_option, stated
from cli.commands.sitefiles import read_mappings
from cli.serving.settings import settings
from cli.terminal import devices
from collectors.replay import replay

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_devices(
    unplaced: Annotated[
        bool, typer.Option(help="Only those that are heard and observe nothing yet.")
    ] = False,
) -> None:
    """Show the sensors: what each observes, and when it was last heard."""
    now = datetime.now(UTC)
    with opened() as db:
        if unplaced:
            print("\n".join(devices.unassigned(_strangers(db, now))) or "None.")
        else:
            devices.show_devices(get_devices(db, now=now))


@app.command("suggest")
def suggest_devices() -> None:
    """Print lines for the site file: each unassigned sensor, with the place that its name suggests."""
    with opened() as db:
        print(
            "\n".join(devices.lines(_strangers(db, datetime.now(UTC))))
            or "# Every sensor that is heard has its place."
        )


@app.command("topics")
def bind_topics(
    device: DeviceArgument,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A topic filter on which it may speak; repeat for several."),
    ] = None,
    learn: Annotated[
        bool,
        typer.Option("--learn", help="Forget its topics, and bind it to the one on which it is heard next."),
    ] = False,
) -> None:
    """Show or change the topics that a device is bound to: a placed device is believed only there."""
    wrong = [f"{topic}: {reason}" for topic in set_ or () if (reason := problem(topic))]
    if wrong or (set_ and learn):
        raise typer.BadParameter("; ".join(wrong) or "--set and --learn exclude each other")
    with opened() as db:
        if set_ or learn:
            identity.set_topics(db, device, set_ or ())
        for source, stated, learnt in identity.topics_of(db, device):
            print(f"{source} {device}: {_bound(source, device, stated, learnt)}")


def _bound(source: str, device: str, stated: Sequence[str], learnt: Sequence[str]) -> str:
    if source == "native":
        return f"{native_topics(device)[0]}, by its name"
    if stated:
        return f"{', '.join(stated)}, by the site file or this command"
    return (
        f"{', '.join(learnt)}, on which it was heard"
        if learnt
        else "none yet; the first that it is heard on binds it"
    )


@app.command("replace")
def replace_device(
    old: Annotated[str, typer.Argument(help="The device that is taken down, as it is listed.")],
    new: Annotated[str, typer.Argument(help="The one in its place, which has been heard.")],
    walked_in: Annotated[int, typer.Option("--in", min=0, help="How often you walk in, to try it.")] = 0,
    walked_out: Annotated[int, typer.Option("--out", min=0, help="How often you walk out.")] = 0,
    yes: Yes = False,
) -> None:
    """Let a device take over the places of another from now on, after a walk through the door that tries it."""
    if walked_in == walked_out and walked_in:
        raise typer.BadParameter(
            "walk in more often than out, as --in 10 --out 6: else in and out look alike"
        )
    with opened() as db:
        plan_replacement(
            db, old, new, swap=False, now=datetime.now(UTC)
        )  # what cannot be is said before the walk
        swap = _walk(db, new, walked_in, walked_out) if walked_in or walked_out else False
        now = datetime.now(UTC).replace(microsecond=0)
        changed, _ = plan_replacement(db, old, new, swap=swap, now=now)
        planned = changed
        print("\n".join(edit(db, lambda _: planned, dry_run=True, now=now).lines))
        confirm(f"Let {new} take over from {old} now?", yes)
        now = datetime.now(UTC).replace(microsecond=0)  # from now on, of the sites as they are by now
        changed, sections = plan_replacement(db, old, new, swap=swap, now=now)
        edit(db, lambda _: changed, now=now)
    print("Done. Write the same into the site file, which `besok site apply` refuses without it:\n")
    print("\n".join(map(sensor_lines, sections)))


def _walk(db: Database, device: str, walked_in: int, walked_out: int) -> bool:
    """Have somebody walk, and say what the device makes of it; whether in is out for it."""
    since = datetime.now(UTC) - timedelta(hours=2)  # late messages tell of earlier quarters
    before, walked = door_counts(db, device, since), DoorCounts(walked_in, walked_out)
    print(f"Walk in {many(walked_in, 'time')} and out {many(walked_out, 'time')}, one person at a time.")
    typer.prompt("Wait until the device has sent, then press Enter", default="", show_default=False)
    after = door_counts(db, device, since)
    counted = DoorCounts(after.people_in - before.people_in, after.people_out - before.people_out)
    verdict = judge_walk(walked, counted)
    print(f"{device} counted {counted.people_in:g} in and {counted.people_out:g} out: {WALK_TEXTS[verdict]}.")
    return verdict == "swapped"


@app.command("map")
def map_device(
    name: Annotated[
        str, typer.Argument(help="Its topic (a filter may hold + and #), or its name as it is listed.")
    ],
    value: Annotated[
        list[str] | None,
        typer.Option(
            help="A measurement and the path to it, as in_total=$.total; several times for several."
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="Path to the device's name; the topic if left out.")] = "",
    file: Annotated[
        Path | None,
        typer.Option("--mapping", help="A file with a mapping that says more, as in a site file."),
    ] = None,
    portal: Annotated[str, typer.Option(help="The portal that it observes.")] = "",
    space: Annotated[str, typer.Option(help="The space that it observes.")] = "",
    site: Annotated[
        str, typer.Option(help="The site of the portal or space, where several have one like it.")
    ] = "",
    swapped: Annotated[bool, typer.Option(help="In is out.")] = False,
    since: Annotated[
        datetime | None, day_option("The first day on which it counts; all if left out.", check=stated)
    ] = None,
    author: Author = "",
    yes: Yes = False,
) -> None:
    """Say what the messages of an unknown device mean, place it if wanted, and read the kept ones again."""
    if bool(value) == bool(file):
        raise BesokError("Say what it measures: by --value, or in a file by --mapping.")
    if bool(portal) and bool(space):
        raise BesokError("A sensor observes a portal or a space, not both.")
    if (since or swapped) and not (portal or space):
        raise BesokError("--since and --swapped tell how a sensor observes a place; add --portal or --space.")
    now = datetime.now(UTC)
    with opened() as db:
        topic = unknown_devices.topic_for(db, name)
        if file:
            mapping = replace(read_mappings(file)[0], topic=topic)
        else:
            pairs = unknown_devices.pairs(value or ())
            mapping = PayloadMapping(name=name_of(topic), topic=topic, values=pairs, device=device)
        observed = None
        if portal or space:
            where = site or unknown_devices.site_of_place(load_all(db), portal, space)
            observed = unknown_devices.Observed(
                site=where, portal=portal, space=space, swapped=swapped, since=since.date() if since else None
            )
            if unknown_devices.adds_second(db, mapping, observed):
                confirm(messages.COUNTED_ALREADY.english, yes)
        number = unknown_devices.keep(db, mapping, author=author, now=now, observed=observed)
        ids = device_mappings.rejected_messages(db, topic)
        good, still = replay(db, ids, now=now, new_devices=settings().new_devices_per_hour)
        device_mappings.replayed(db, number, now)
        print(f"Mapping {number} is kept: {good} read and stored now, {still} still rejected")
        if not ids:
            print(
                f"No kept message came on {topic}; if that is not its topic, end it: besok device unmap {number}"
            )


@app.command()
def mappings() -> None:
    """Show what was said of unknown devices: number, topic, meaning, place, author."""
    with opened() as db:
        devices.show_mappings(device_mappings.listing(db))


@app.command()
def unmap(number: Annotated[int, typer.Argument(help="As `besok device mappings` shows it.")]) -> None:
    """End a mapping, and the place that it gave; what was read by it stays."""
    with opened() as db:
        device_mappings.end(db, number, datetime.now(UTC))
        print(f"Mapping {number} has ended.")


@app.command()
def forget(
    device: DeviceArgument,
    source: SourceOption = "",
    yes: Yes = False,
) -> None:
    """Delete a device with all that it has sent, for good. Should it send again, it is a new one."""
    with opened() as db:
        target = voids.find(db, device, source)
        content = removal.device_content(db, target)
        print(f"{target.source} {device}: {sent(content)}")
        confirm("Delete it, for good?", yes)
        removal.forget_device(db, target)
    print(f"{device} is forgotten.")


def sent(content: ReadingTotals) -> str:
    """Return what devices have sent, in a line: `1440 readings from 2026-03-02 to 2026-03-03, 812 people at doors`."""
    if not content.first or not content.last:
        return "no reading"
    people = f", {many(content.people, 'person', 'people')} at doors" if content.people else ""
    return f"{many(content.readings, 'reading')} from {content.first:%Y-%m-%d} to {content.last:%Y-%m-%d}{people}"


def _strangers(db: Database, now: datetime) -> list[UnassignedSensor]:
    return suggest_placements(get_unplaced(db, now), load_all(db))
