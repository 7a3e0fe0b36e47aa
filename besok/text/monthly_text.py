"""Texts of the monthly report: visits and comparable days, target, spaces, events, and the basis of the figures."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from besok.model.effects import EventVerdict, ProgrammeEffect
from besok.model.site import OpeningException, Text
from besok.model.views.calendar import ActionEffect, ActionInfo
from besok.model.views.progress import Progress
from besok.model.views.series import SpaceUsage
from besok.text import formats, narratives, opening_text, target_text
from besok.text.languages import _, collation_key, named, plural

Section = tuple[str, Sequence[str]]
WHOLE = 0.995  # a share above it is all


def title(site: Text, month: date) -> str:
    """Return the headline."""
    return f"{named(site)}: {formats.month(month)}"


def dated(today: date) -> str:
    """Return the subtitle with the date."""
    return _("Monthly report, made {day}.").format(day=formats.day(today))


def figures(
    visits: float | None, measure: str, growth: float | None, progress: Progress | None, coverage: float
) -> list[tuple[str, str]]:
    """Return the key figures with their labels."""
    net = (
        _("visits, less the site's stated deductions") if measure == "net" else _("visits, before deductions")
    )
    figure_list = [(formats.number(visits), net)]
    if growth is not None:
        figure_list.append((formats.signed_percent(growth), _("against comparable days of last year")))
    if progress and progress.standing is not None:
        figure_list.append((target_text.multiple(progress), target_text.baseline(progress)))
    return [*figure_list, (formats.percent(coverage), _("of the month's days were counted completely"))]


def lead(
    month: date, visits: float | None, growth: tuple[float | None, int], progress: Progress | None
) -> list[str]:
    """Return the summary sentences."""
    text = _("{n} visits in {month}.")
    change, pairs = growth
    against = _(
        "Against the same weekdays and holidays of last year: {change}, from {n} days that were counted in both."
    )
    unknown = _("Too few days were counted both this year and last to compare.")
    trend = unknown if change is None else against.format(change=formats.signed_percent(change), n=pairs)
    return [
        f"{text.format(n=formats.number(visits), month=formats.month(month))} {trend}",
        *([_on_the_way(progress, progress.standing)] if progress and progress.standing is not None else []),
    ]


def _on_the_way(progress: Progress, multiple: float) -> str:
    gap = multiple / progress.target_factor(progress.today) - 1
    text = _("At the end of the month, the last 365 days were {share} below the target trajectory.")
    if gap >= 0:
        text = _("At the end of the month, the last 365 days were {share} above the target trajectory.")
    return text.format(share=formats.percent(abs(gap), 1))


def rooms(spaces: Iterable[SpaceUsage], zone: str) -> Section:
    """Describe the use of the spaces, the fullest first."""
    known = [space for space in spaces if space.usage.people]
    known[1:] = sorted(known[1:], key=_fullness, reverse=True)  # the site itself stays first
    return _("How the spaces were used"), [_room(space, zone) for space in known] or [
        _("Nothing was measured.")
    ]


def _fullness(space: SpaceUsage) -> float:
    return space.usage.utilisation.value if space.usage.utilisation else 0.0


def _room(space: SpaceUsage, zone: str) -> str:
    use, phrases = space.usage, []
    if use.people and space.by_presence:
        occupied = _("occupied in {share} of the open hours")
        return f"{named(space.name)}: {occupied.format(share=formats.percent(use.people.value))}."
    if use.people:
        phrases.append(
            _("{n} people on average in open hours").format(
                n=formats.number(use.people.value, formats.decimals(use.people.value))
            )
        )
    if use.utilisation:
        phrases.append(_("{share} of capacity").format(share=formats.percent(use.utilisation.value)))
    if use.peak and use.peak_at:
        peak = _("peak {n} ({time})")
        phrases.append(peak.format(n=formats.number(use.peak.value), time=formats.stamp(use.peak_at, zone)))
    if use.stay_minutes:
        phrases.append(_("dwell time {n} minutes").format(n=formats.number(use.stay_minutes.value)))
    return f"{named(space.name)}: {', '.join(phrases)}."


def happened(
    actions: Iterable[ActionInfo],
    effects: Mapping[str, ActionEffect],
    programme: Sequence[ProgrammeEffect],
    event_count: int,
    exceptions: Iterable[OpeningException],
) -> Section:
    """Describe the month: requests and actions, events, and special opening hours."""
    sentences = [_action(one, effects.get(one.action)) for one in actions]
    if event_count:
        events = plural("{n} event was held", "{n} events were held", event_count).format(n=event_count)
        sentences.append(f"{events}; {_of_the_programme([one.effect.verdict for one in programme])}.")
    for one in exceptions:
        days = formats.day_short(one.first)
        days += f" – {formats.day_short(one.last)}" if one.last > one.first else ""
        why = named(one.note) if one.note else _("other hours than usual")
        sentences.append(f"{days}: {why} ({opening_text.special(one.hours)}).")
    return _("What happened"), sentences or [_("Nothing has been recorded.")]


def _of_the_programme(verdicts: Sequence[EventVerdict]) -> str:
    """Return how many of the events whose effect is known had a clear one."""
    clear = sum(verdict in ("more", "fewer") for verdict in verdicts)
    known = clear + verdicts.count("chance")
    if not known:
        return _("their effect on visits is not known")
    text = _("{n} of the {known} whose effect on visits is known had a clear one")
    return text.format(n=clear, known=known)


def _action(one: ActionInfo, effect: ActionEffect | None) -> str:
    if one.state == "done" and one.done_since:
        since = _("{title}: done since {day}.").format(
            title=named(one.title), day=formats.day(one.done_since)
        )
        return f"{since} {narratives.effect_sentence(effect, not one.spaces)}" if effect else since
    if one.state == "undone" and one.undone:
        return _("{title}: ended {day}.").format(title=named(one.title), day=formats.day(one.undone))
    return _("{title}: asked for.").format(title=named(one.title))


def quality(complete: int, days: int, worked: Mapping[str, float]) -> Section:
    """Return how many days were counted whole, and the sensors that were offline for long, by their places."""
    lines = [_("{n} of {all} open days were counted completely.").format(n=complete, all=days)]
    gaps = {place: share for place, share in worked.items() if share < WHOLE}
    text = _("{place}: the sensor sent {share} of the time.")
    lines += [
        text.format(place=place, share=formats.percent(gaps[place]))
        for place in sorted(gaps, key=collation_key)
    ]
    return _("Data quality"), lines if gaps else [*lines, _("No sensor was offline for long.")]


def sources() -> str:
    """Return the basis of the figures."""
    return _(
        "Visits are counted by sensors at the doors; what was not measured is imputed, never counted as zero."
    )
