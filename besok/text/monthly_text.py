"""The monthly report in words: visits beside comparable days, target, rooms, what happened, what the figures are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from besok.model.effects import EventVerdict, ProgrammeEffect
from besok.model.site import OpeningException, Text
from besok.model.views.calendar import ActionEffect, ActionInfo
from besok.model.views.progress import Progress
from besok.model.views.series import SpaceUsage
from besok.text import formats, narratives, opening_text, target_text
from besok.text.languages import _, named, plural

Section = tuple[str, Sequence[str]]
WHOLE = 0.995  # a share above it is all


def title(site: Text, month: date) -> str:
    """Return the headline."""
    return f"{named(site)}: {formats.month(month)}"


def dated(today: date) -> str:
    """Return what it is, and of what day."""
    return _("Monthly report, made {day}.").format(day=formats.day(today))


def figures(
    visits: float | None, measure: str, growth: float | None, way: Progress | None, coverage: float
) -> list[tuple[str, str]]:
    """Return the big figures, each with what it is."""
    net = (
        _("visits, less the site's stated deductions") if measure == "net" else _("visits, before deductions")
    )
    found = [(formats.number(visits), net)]
    if growth is not None:
        found.append((formats.signed_percent(growth, 1), _("against comparable days of last year")))
    if way and way.standing is not None:
        found.append((target_text.multiple(way), target_text.baseline(way)))
    return [*found, (formats.percent(coverage), _("of the month's days were counted whole"))]


def lead(
    month: date, visits: float | None, growth: tuple[float | None, int], way: Progress | None
) -> list[str]:
    """Return the answer in sentences."""
    text = _("{n} visits in {month}.")
    change, pairs = growth
    against = _(
        "Against the same weekdays and holidays of last year: {change}, from {n} days that were counted in both."
    )
    unknown = _("Too few days were counted both this year and last to compare.")
    said = unknown if change is None else against.format(change=formats.signed_percent(change, 1), n=pairs)
    return [
        f"{text.format(n=formats.number(visits), month=formats.month(month))} {said}",
        *([_on_the_way(way, way.standing)] if way and way.standing is not None else []),
    ]


def _on_the_way(way: Progress, standing: float) -> str:
    gap = standing / way.target_factor(way.today) - 1
    said = _("At the end of the month, the last 365 days were {share} below the target trajectory.")
    if gap >= 0:
        said = _("At the end of the month, the last 365 days were {share} above the target trajectory.")
    return said.format(share=formats.percent(abs(gap), 1))


def rooms(found: Iterable[SpaceUsage], zone: str) -> Section:
    """Return how the spaces were used, the fullest first."""
    known = [space for space in found if space.usage.people]
    known[1:] = sorted(known[1:], key=_fullness, reverse=True)  # the site itself stays first
    return _("How the spaces were used"), [_room(space, zone) for space in known] or [
        _("Nothing was measured.")
    ]


def _fullness(space: SpaceUsage) -> float:
    return space.usage.utilisation.value if space.usage.utilisation else 0.0


def _room(space: SpaceUsage, zone: str) -> str:
    use, said = space.usage, []
    if use.people and space.by_presence:
        occupied = _("occupied in {share} of the open hours")
        return f"{named(space.name)}: {occupied.format(share=formats.percent(use.people.value))}."
    if use.people:
        said.append(_("{n} people on average in open hours").format(n=formats.number(use.people.value, 1)))
    if use.utilisation:
        said.append(_("{share} of capacity").format(share=formats.percent(use.utilisation.value)))
    if use.peak and use.peak_at:
        peak = _("peak {n} ({time})")
        said.append(peak.format(n=formats.number(use.peak.value), time=formats.stamp(use.peak_at, zone)))
    if use.stay_minutes:
        said.append(_("dwell time {n} minutes").format(n=formats.number(use.stay_minutes.value)))
    return f"{named(space.name)}: {', '.join(said)}."


def happened(
    actions: Iterable[ActionInfo],
    effects: Mapping[str, ActionEffect],
    programme: Sequence[ProgrammeEffect],
    held: int,
    exceptions: Iterable[OpeningException],
) -> Section:
    """Return what was asked for and done in the month, its events, and hours other than usual."""
    said = [_action(one, effects.get(one.action)) for one in actions]
    if held:
        events = plural("{n} event was held", "{n} events were held", held).format(n=held)
        said.append(f"{events}; {_of_the_programme([one.effect.verdict for one in programme])}.")
    for one in exceptions:
        days = formats.day_short(one.first)
        days += f" – {formats.day_short(one.last)}" if one.last > one.first else ""
        why = named(one.note) if one.note else _("other hours than usual")
        said.append(f"{days}: {why} ({opening_text.special(one.hours)}).")
    return _("What happened"), said or [_("Nothing has been recorded.")]


def _of_the_programme(verdicts: Sequence[EventVerdict]) -> str:
    """Return how many events had an effect, of those of which it can be told."""
    clear = sum(verdict in ("more", "fewer") for verdict in verdicts)
    known = clear + verdicts.count("chance")
    if not known:
        return _("their effect on visits is not known")
    said = _("{n} of the {known} whose effect on visits is known had a clear one")
    return said.format(n=clear, known=known)


def _action(one: ActionInfo, effect: ActionEffect | None) -> str:
    if one.state == "done" and one.done_since:
        since = _("{title}: done since {day}.").format(
            title=named(one.title), day=formats.day(one.done_since)
        )
        return f"{since} {narratives.effect_sentence(effect, not one.spaces)}" if effect else since
    if one.state == "undone" and one.undone:
        return _("{title}: taken back {day}.").format(title=named(one.title), day=formats.day(one.undone))
    return _("{title}: asked for.").format(title=named(one.title))


def quality(whole: int, days: int, worked: Mapping[str, float]) -> Section:
    """Return how many days were counted whole, and the sensors that did not send all the time, by their places."""
    said = [_("{n} of {all} open days were counted whole.").format(n=whole, all=days)]
    gaps = {place: share for place, share in worked.items() if share < WHOLE}
    text = _("{place}: the sensor sent {share} of the time.")
    said += [text.format(place=place, share=formats.percent(share)) for place, share in sorted(gaps.items())]
    return _("Data quality"), said if gaps else [*said, _("No sensor was offline for long.")]


def sources(site: str) -> str:
    """Return what the figures rest on, and where they are had."""
    said = _(
        "Visits are counted by sensors at the doors; what was not measured is imputed, never taken for zero."
    )
    return f"{said} Besök, /progress/{site}"
