"""Texts of scenarios: examples, the question, its progress, and the result."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product

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
from besok.text.opening_text import written

SATURDAY = 5
FAIR_PEOPLE = 150  # who come to the fair of the example
HALLS = ("hall", "exhibition", "foyer")  # kinds of space that a fair takes place in, the first that there is
DAY = timedelta(days=1)


def examples(site: Site, today: date) -> dict[str, ScenarioSpec]:
    """Return example questions, by a name for addresses; those that need something the site lacks are left out."""
    monday = today + (7 - today.weekday()) * DAY
    saturday = today + ((SATURDAY - today.weekday() - 1) % 7 + 1) * DAY
    specs = {"double": ScenarioSpec(title=_("Twice as many visitors"), first=monday, days=7, visitors=2.0)}
    specs["saturday"] = ScenarioSpec(
        title=_("A Saturday with three times as many"), first=saturday, visitors=3.0
    )
    if site.spaces:
        halls = [space for kind in HALLS for space in site.spaces if space.kind == kind]
        room = (halls or list(site.spaces))[0].id
        fair = PlannedEvent(title=_("Book fair"), space=room, start=time(12), minutes=120, people=FAIR_PEOPLE)
        specs["fair"] = ScenarioSpec(title=_("A Saturday with a book fair"), first=saturday, event=fair)
    entrances = {p.id for p in site.portals if OUTSIDE in (p.outer, p.inner)}
    sensor = next((s.device for s in site.sensors if s.portal in entrances), None)
    if sensor:
        off = FaultySensor(device=sensor, trouble="off")
        specs["sensor"] = ScenarioSpec(title=_("The entrance sensor fails"), first=monday, days=7, sensor=off)
    if site.sensors:
        hour = Recorded(start=time(12), minutes=60)
        specs["recorded"] = ScenarioSpec(title=_("Real traffic"), first=today - DAY, recorded=hour)
    return specs


def state(run_state: RunState) -> str:
    """Return the state of a question in a word."""
    return {
        "queued": _("waiting"),
        "running": _("is being simulated"),
        "done": _("done"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
    }[run_state]


def failed(reason: FailedFor) -> str:
    """Explain why a question failed, with the remedy."""
    return {
        "": "",
        "unusable": _("The simulator cannot play this at this site. Change the question and ask again."),
        "too_long": _("It took longer than a quarter of an hour. Ask about fewer days."),
        "crashed": _(
            "The simulation was interrupted several times. Ask again; if it fails again, contact whoever runs Besök."
        ),
        "broken": _("A fault in Besök stopped it; the log says more. Report it to whoever runs Besök."),
    }[reason]


def troubles() -> dict[SensorTrouble, str]:
    """Return the names of sensor faults."""
    return {
        "off": _("it sends nothing"),
        "swapped": _("it swaps in and out"),
        "drifting": _("it misses more people from day to day"),
    }


def days(spec: ScenarioSpec) -> str:
    """Return the days of a question: `lör 5 dec. 2026`, or from the first to the last."""
    if spec.days == 1:
        return f"{formats.weekdays('wide')[spec.first.weekday()]} {formats.day(spec.first)}"
    return f"{formats.day(spec.first)} – {formats.day(spec.last)}"


def changes(spec: ScenarioSpec, site: Site) -> Iterator[str]:
    """Describe the changes, a sentence for each."""
    if spec.recorded:
        start = datetime.combine(spec.first, spec.recorded.start)
        end = start + timedelta(minutes=spec.recorded.minutes)
        yield _("what the sensors sent from {start} to {end}").format(
            start=f"{start:%H:%M}", end=f"{end:%H:%M}"
        )
    if spec.visitors != 1:
        yield _("{n} times the usual visitors").format(n=formats.decimal(spec.visitors))
    if spec.hours:
        yield (
            _("open {hours}").format(hours=written(spec.hours))
            if spec.hours != "closed"
            else _("closed all day")
        )
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


def window(hours: Window) -> str:
    """`lördag 11–16`."""
    return _hours(hours.weekday, hours.start, hours.end)


def _hours(weekday: int, start: int, end: int) -> str:
    return f"{formats.weekdays('wide')[weekday]} {start}–{end}"


def first_to_break(breaking: list[SpaceStrain]) -> str:
    """Describe the space that exceeds its capacity first as visitors increase, and when it does."""
    if not breaking:
        return _("No space is over its capacity.")
    first = breaking[0]
    when = window(first.when[0]) if first.when else hours_over(first)
    return _("Fills with the fewest visitors: {space}. Over capacity {when}.").format(
        space=named(first.name), when=when
    )


def fullest(space: SpaceStrain) -> str:
    """Describe the peak of a space: `Hall: up to 152 (148–160) people where 240 may be`."""
    if space.capacity is None:
        return _("{space}: up to {peak} people").format(space=named(space.name), peak=ranged(space.then.peak))
    values = {"peak": ranged(space.then.peak), "n": formats.number(space.capacity)}
    text = _("up to {peak} people, room for {n}").format(**values)
    return f"{named(space.name)}: {text}"


def strained(space: SpaceStrain, week: bool) -> str:
    """Describe how far, when and for how long a space exceeds its capacity, and without the changes."""
    peak, over = ranged(space.then.peak), ranged(space.then.over)
    minutes = _("{over} minutes a week over capacity") if week else _("{over} minutes over capacity")
    parts = [
        _("up to {peak} people, room for {n}").format(peak=peak, n=formats.number(space.capacity)),
        minutes.format(over=over),
        _("without the changes up to {peak} people and {over} minutes").format(
            peak=formats.number(space.today.peak.mid), over=formats.number(space.today.over.mid)
        ),
    ]
    return "; ".join(parts)


def hours_over(space: SpaceStrain) -> str:
    """Return the hours in which a space exceeds its capacity, the longest first; else when it most often does."""
    if not space.when:
        likely = space.then.likely
        weekday, hour = max(product(range(7), range(24)), key=lambda at: likely[at[0]][at[1]])
        return _("most often {hours}").format(hours=_hours(weekday, hour, hour + 1))
    return formats.several([window(one) for one in space.when[:3]])


def ranged(figure: Replicated, digits: int = 0) -> str:
    """`156 (146–167)`."""
    if not digits:
        return formats.with_interval(figure.mid, figure.low, figure.high)
    low, high = formats.number(figure.low, digits), formats.number(figure.high, digits)
    return f"{formats.number(figure.mid, digits)} ({low}–{high})"


def visits(site_visits: SiteVisits) -> str:
    """Describe the visits a day, and without the changes."""
    values = {"then": ranged(site_visits.then), "today": ranged(site_visits.today)}
    return _("{then} visits a day, gross; without the changes {today}").format(**values)


def rush(door_rush: DoorRush) -> str:
    """Describe the busiest minute of the busiest door."""
    values = {"door": named(door_rush.name), "then": ranged(door_rush.then), "today": ranged(door_rush.today)}
    return _("Busiest door: {door}, up to {then} people a minute; without the changes {today}").format(
        **values
    )


def noticed(notice: SensorNotice) -> Iterator[str]:
    """Describe whether, when and as what a faulty sensor would be noticed, and its effect on the visits."""
    door, days = named(notice.name), formats.number(notice.days)
    if notice.after_h is None or notice.named is None:
        yield _("The fault at {door} would not be noticed within {n} days.").format(door=door, n=days)
    else:
        times = {"n": formats.number(notice.noticed), "all": formats.number(notice.replications)}
        sentence = _(
            "The fault at {door} would be noticed in {n} of {all} simulations of {days} days each, "
            "made for this fault alone, {after}, as: {kind}."
        )
        yield sentence.format(
            door=door, days=days, after=_after(notice.after_h), kind=finding(notice.named), **times
        )
    counted = notice.counted
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
    """Return the short name of a kind of finding."""
    return {
        "silent": _("offline"),
        "flapping": _("comes and goes"),
        "stuck": _("repeats the same value"),
        "blind": _("counts nobody"),
        "fading": _("counts fewer and fewer"),
        "swapped": _("in and out swapped"),
        "unbalanced": _("in and out do not add up"),
        "double": _("counts the same people as another"),
        "impossible": _("more people than possible"),
        "ghost": _("sees somebody where nobody is"),
    }[kind]
