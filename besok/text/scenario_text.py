"""Scenarios in words: examples to start from, what was asked, how far it is, what came of it."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from besok.model.findings import Kind
from besok.model.scenarios import (
    FailedFor,
    FaultySensor,
    PlannedEvent,
    Recorded,
    RunState,
    ScenarioSpec,
    SensorTrouble,
)
from besok.model.site import OUTSIDE, Site
from besok.model.views.scenarios import SensorNotice
from besok.model.views.whatif import DoorRush, Replicated, SiteVisits, SpaceStrain, Window
from besok.text import formats
from besok.text.languages import _, named, plural

SATURDAY = 5
FAIR_PEOPLE = 150  # who come to the fair of the example
HALLS = ("hall", "exhibition", "foyer")  # kinds of space that a fair takes place in, the first that there is
DAY = timedelta(days=1)


def examples(site: Site, today: date) -> dict[str, ScenarioSpec]:
    """Return questions to start from, by a name for addresses; those that the site has nothing for are left out."""
    monday = today + (7 - today.weekday()) * DAY
    saturday = today + ((SATURDAY - today.weekday() - 1) % 7 + 1) * DAY
    found = {"double": ScenarioSpec(title=_("Twice as many visitors"), first=monday, days=7, visitors=2.0)}
    if site.spaces:
        halls = [space for kind in HALLS for space in site.spaces if space.kind == kind]
        room = (halls or list(site.spaces))[0].id
        fair = PlannedEvent(title=_("Book fair"), space=room, start=time(12), minutes=120, people=FAIR_PEOPLE)
        found["fair"] = ScenarioSpec(title=_("A Saturday with a book fair"), first=saturday, event=fair)
    entrances = {p.id for p in site.portals if OUTSIDE in (p.outer, p.inner)}
    sensor = next((s.device for s in site.sensors if s.portal in entrances), None)
    if sensor:
        off = FaultySensor(device=sensor, trouble="off")
        found["sensor"] = ScenarioSpec(title=_("The entrance sensor fails"), first=monday, days=7, sensor=off)
    if site.sensors:
        hour = Recorded(start=time(12), minutes=60)
        found["recorded"] = ScenarioSpec(title=_("Real traffic"), first=today - DAY, recorded=hour)
    return found


def state(found: RunState) -> str:
    """Return the state of a question in a word."""
    return {
        "queued": _("waits"),
        "running": _("is being simulated"),
        "done": _("done"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
    }[found]


def failed(reason: FailedFor) -> str:
    """Say why a question failed, and what to do."""
    return {
        "": "",
        "unusable": _("The simulator cannot play this at this site. Change the question and ask again."),
        "too_long": _("It took longer than a quarter of an hour. Ask about fewer days."),
        "crashed": _(
            "The simulation was interrupted several times. Ask again; if it fails again, tell whoever runs Besök."
        ),
        "broken": _("A fault of Besök's own stopped it; its log tells more. Tell whoever runs Besök."),
    }[reason]


def troubles() -> dict[SensorTrouble, str]:
    """Return what can be wrong with a sensor."""
    return {
        "off": _("it sends nothing"),
        "swapped": _("it takes in for out"),
        "drifting": _("it misses more people from day to day"),
    }


def days(spec: ScenarioSpec) -> str:
    """Return the days of a question: `lör 5 dec. 2026`, or from the first to the last."""
    if spec.days == 1:
        return f"{formats.weekdays('wide')[spec.first.weekday()]} {formats.day(spec.first)}"
    return f"{formats.day(spec.first)} – {formats.day(spec.last)}"


def changes(spec: ScenarioSpec, site: Site) -> Iterator[str]:
    """Say what is different, a sentence for each change."""
    if spec.recorded:
        start = datetime.combine(spec.first, spec.recorded.start)
        end = start + timedelta(minutes=spec.recorded.minutes)
        yield _("what the sensors sent from {start} to {end}").format(
            start=f"{start:%H:%M}", end=f"{end:%H:%M}"
        )
    if spec.visitors != 1:
        yield _("{n} times the usual visitors").format(n=formats.decimal(spec.visitors))
    if spec.hours:
        yield _("open {hours}").format(hours=spec.hours) if spec.hours != "closed" else _("closed all day")
    if spec.closed:
        yield _("closed: {spaces}").format(
            spaces=formats.several([place(site, name) for name in spec.closed])
        )
    if spec.door:
        ends = {"outer": place(site, spec.door.outer), "inner": place(site, spec.door.inner)}
        yield _("a new door, {name}: {outer} → {inner}").format(name=spec.door.name, **ends)
    if spec.capacity:
        n = formats.number(spec.capacity.people)
        yield _("{space} is made for {n} people").format(space=place(site, spec.capacity.space), n=n)
    if spec.event:
        at = {"title": spec.event.title, "space": place(site, spec.event.space)}
        clock = f"{spec.event.start:%H:%M}"
        n = formats.number(spec.event.people)
        yield _("{title} at {time} with {n} people, in: {space}").format(time=clock, n=n, **at)
    if spec.sensor:
        door = next((s.portal for s in site.sensors if s.device == spec.sensor.device and s.portal), "")
        where = next((named(p.name) for p in site.portals if p.id == door), spec.sensor.device)
        yield _("the sensor at {door} fails: {trouble}").format(
            door=where, trouble=troubles()[spec.sensor.trouble]
        )


def place(site: Site, name: str) -> str:
    """Return the name of a space, of the site, or of what is outside."""
    if name == OUTSIDE:
        return _("outdoors")
    return named(site.names[name]) if name in site.names else name


def window(found: Window) -> str:
    """`lördag 11–16`."""
    return f"{formats.weekdays('wide')[found.weekday]} {found.start}–{found.end}"


def first_to_break(breaking: list[SpaceStrain]) -> str:
    """Say which space is over its capacity first."""
    if not breaking:
        return _("No space is over its capacity.")
    when = f", {window(breaking[0].when[0])}" if breaking[0].when else ""
    return _("First over capacity: {space}{when}.").format(space=named(breaking[0].name), when=when)


def fullest(space: SpaceStrain) -> str:
    """Say how many people are in a space at most: `Hall: up to 152 (148–160) people where 240 may be`."""
    if space.capacity is None:
        return _("{space}: up to {peak} people").format(space=named(space.name), peak=ranged(space.then.peak))
    values = {"peak": ranged(space.then.peak), "n": formats.number(space.capacity)}
    said = _("up to {peak} people, room for {n}").format(**values)
    return f"{named(space.name)}: {said}"


def strained(space: SpaceStrain, week: bool) -> str:
    """Say how far a space is over its capacity, when and for how long, compared with today."""
    peak, over = ranged(space.then.peak), ranged(space.then.over)
    minutes = _("{over} minutes a week over capacity") if week else _("{over} minutes over capacity")
    parts = [
        _("up to {peak} people, room for {n}").format(peak=peak, n=formats.number(space.capacity)),
        minutes.format(over=over),
        _("today up to {peak} people and {over} minutes").format(
            peak=formats.number(space.today.peak.mid), over=formats.number(space.today.over.mid)
        ),
    ]
    return "; ".join(parts)


def hours_over(space: SpaceStrain) -> str:
    """Return when a space is over its capacity, the longest times first."""
    return formats.several([window(one) for one in space.when[:3]])


def ranged(found: Replicated, digits: int = 0) -> str:
    """`156 (146–167)`."""
    if not digits:
        return formats.with_interval(found.mid, found.low, found.high)
    low, high = formats.number(found.low, digits), formats.number(found.high, digits)
    return f"{formats.number(found.mid, digits)} ({low}–{high})"


def visits(found: SiteVisits) -> str:
    """Say how many visits a day there are, compared with today."""
    values = {"then": ranged(found.then), "today": ranged(found.today)}
    return _("{then} visits a day, gross; today {today}").format(**values)


def rush(found: DoorRush) -> str:
    """Say how many pass the busiest door in its busiest minute."""
    values = {"door": named(found.name), "then": ranged(found.then), "today": ranged(found.today)}
    return _("Busiest door: {door}, up to {then} people a minute; today {today}").format(**values)


def noticed(found: SensorNotice) -> Iterator[str]:
    """Say whether a faulty sensor would be noticed, when, as what, and what it does to the visits."""
    door, days = named(found.name), formats.number(found.days)
    if found.after_h is None or found.named is None:
        yield _("The fault at {door} would not be noticed within {n} days.").format(door=door, n=days)
    else:
        times = {"n": formats.number(found.noticed), "all": formats.number(found.replications)}
        said = _("The fault at {door} would be noticed in {n} of {all} simulations, {after}, as: {kind}.")
        yield said.format(door=door, after=_after(found.after_h), kind=finding(found.named), **times)
    counted = found.counted
    low, high = (formats.number(100 * share) for share in (counted.low, counted.high))
    text = _("If nobody acts, {mid} ({low}–{high}) of the visits of {n} days are counted.")
    yield text.format(mid=formats.percent(counted.mid), low=low, high=high, n=days)


def _after(hours: Replicated) -> str:
    if hours.mid < 24:
        n = formats.number(hours.mid)
        return plural("after {n} hour", "after {n} hours", round(hours.mid)).format(n=n)
    low, high = (formats.number(h / 24, 1) for h in (hours.low, hours.high))
    return _("after {n} days ({low}–{high})").format(n=formats.number(hours.mid / 24, 1), low=low, high=high)


def finding(kind: Kind) -> str:
    """Return what a sensor is found to be, in a few words."""
    return {
        "silent": _("offline"),
        "flapping": _("comes and goes"),
        "stuck": _("repeats the same value"),
        "blind": _("counts nobody"),
        "fading": _("counts fewer and fewer"),
        "swapped": _("in and out exchanged"),
        "unbalanced": _("in and out do not add up"),
        "double": _("counts the same people as another"),
        "impossible": _("more people than can be"),
        "ghost": _("sees somebody where nobody is"),
    }[kind]
