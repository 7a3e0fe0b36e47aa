"""The public page of a site as plain words, in the language of the request: what its templates show."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from besok.model.site import Text
from besok.model.views.live import SiteInfo
from besok.model.views.public import PublicDay, PublicListed, PublicRequest, PublicSite, PublicSpace
from besok.text import formats, opening_text
from besok.text.languages import _, named, named_in
from besok.text.level_text import levels


def frame() -> dict[str, str]:
    """Return the words that stand on every public page."""
    return {
        "skip": _("Skip to the content"),
        "quiet": _("When it is quiet"),
        "next": _("Forecast for the next hours"),
        "today": _("Today, hour by hour"),
        "usual": _("What is usual on this weekday, from the last eight weeks."),
        "week": _("Opening hours and quietest hour, seven days"),
        "hours": _("Opening hours, seven days"),
        "not_yet": _("Not known yet: it takes at least two weeks of counts."),
        "day": _("Day"),
        "open": _("Hours"),
        "quietest": _("Quietest hour"),
        "requests": _("What you asked for, and what came of it"),
        "more": _("More about this place"),
        "languages": _("Languages"),
        "back": _("Back to free seats and quiet hours"),
        "places": _("Sites"),
        "about": _("About these figures"),
        "data": _("Open data"),
        "sign_in": _("Sign in"),
        "spaces": _("Spaces"),
        "privacy": _("Privacy"),
        "accessibility": _("Accessibility"),
        "embed": _("Show this on your own page"),
        "wrong": _("Report a wrong figure"),
    }


def context(public: PublicSite, sites: Sequence[SiteInfo]) -> dict[str, Any]:
    """Return all that the template of a site shows."""
    zone = ZoneInfo(public.timezone)
    today, busy = public.days[0], levels()
    hour = public.time.astimezone(zone).hour
    known = any(one.level != "unknown" for one in today.hours)
    name, seats = named(public.name), any(space.seats for space in public.spaces)
    return {
        "title": title(public.name, seats=seats),
        "wrong": _("Wrong figure: {site}").format(site=name),
        "site": public.site,
        "name": name,
        "named_in": named_in(),
        "state": opening_text.state(public, public.timezone, public.time),
        "level": public.level,
        "busy": busy[public.level] if public.is_open else "",
        "updated": _updated(public, seats=seats),
        "offline": _offline(formats.stamp(public.time, public.timezone)),
        "simulated": _simulated() if public.sandbox else "",
        "floors": list(_floors(public)),
        "next_hours": [
            {"hours": _hours(one.hour), "level": one.level, "busy": busy[one.level]}
            for one in public.next_hours
            if one.level != "unknown"
        ],
        "today": [
            {
                "hour": f"{one.hour:02}",
                "level": one.level,
                "busy": busy[one.level] or formats.UNKNOWN,
                "now": one.hour == hour and public.is_open,
            }
            for one in today.hours
        ]
        if known
        else [],
        "quietest": _quietest_today(public.quietest_left),
        "usual": any(day.quietest is not None for day in public.days),
        "days": [_day(day, public.timezone) for day in public.days],
        "requests": [
            {
                "title": named(one.title),
                "answer": named(one.answer) if one.answer else "",
                "came": _outcome(one),
            }
            for one in public.requests
        ],
        "others": [{"site": s.site, "name": named(s.name)} for s in sites if s.site != public.site],
    }


def sites(listed: Sequence[PublicListed], time: datetime) -> dict[str, Any]:
    """Return all that the template of the list of sites shows."""
    offsets = {time.astimezone(ZoneInfo(one.site.timezone)).utcoffset() for one in listed}
    zone, of = (listed[0].site.timezone, "") if len(offsets) == 1 else ("UTC", " UTC")
    updated = ""
    if any(one.whole and _has_figure(one.whole) for one in listed):
        updated = _rounded(formats.clock(time, zone) + of)
    elif any(one.at_night for one in listed):
        updated = _none_at_night()
    return {
        "title": _("Where is there room?"),
        "wrong": _("Report a wrong figure"),
        "named_in": named_in(),
        "updated": updated,
        "offline": _offline(formats.stamp(time, zone) + of),
        "sites": [
            {
                "site": one.site.site,
                "name": named(one.site.root.name),
                "state": opening_text.state(one.site, one.site.timezone, time),
                "simulated": _simulated() if one.site.sandbox else "",
                **_people(one),
            }
            for one in listed
        ],
    }


def _people(one: PublicListed) -> dict[str, str]:
    """Return what is told of the people of a listed site."""
    if not one.whole:
        return {"free": _("Not shown at night") if one.at_night else "", "level": "unknown", "busy": ""}
    level = one.whole.level
    return {"free": free(one.whole, is_open=True), "level": level, "busy": levels()[level]}


def _updated(public: PublicSite, *, seats: bool) -> str:
    """Return what the figures are: of when, and rounded; nothing of none, but at night why."""
    if public.at_night:
        return _none_at_night()
    if public.level == "unknown" and not any(map(_has_figure, public.spaces)):
        return ""
    updated = _rounded(formats.clock(public.time, public.timezone))
    return updated + (" " + _("Free seats are seats less people.") if seats else "")


def _has_figure(space: PublicSpace) -> bool:
    """Tell whether there is a figure of the people of a space, or whether it is in use."""
    return space.people is not None or space.use is not None


def _rounded(time: str) -> str:
    return _("Updated at {time}, in round figures, so that nobody can be followed.").format(time=time)


def _none_at_night() -> str:
    return _("No figures are shown at night, so that nobody can be recognised.")


def _offline(time: str) -> str:
    return _("No connection. As of {time}.").format(time=time)


def _simulated() -> str:
    return _("Simulated data: no real people are counted here.")


def embedded(widget: str) -> list[dict[str, str]]:
    """Return what others put into their pages to show figures of here, each with what it shows."""
    shown = (("", _("How busy it is now")), ("?part=today", _("Today, hour by hour")))
    frame = '<iframe src="{}{}" title="{}" width="100%" height="420"></iframe>'
    return [{"name": name, "code": frame.format(widget, part, name)} for part, name in shown]


def title(name: Text, *, seats: bool) -> str:
    """Return what the page of a place is called: by its free seats only where it has any."""
    if seats:
        return _("{site}: free seats and quiet hours").format(site=named(name))
    return _("{site}: how busy it is, and quiet hours").format(site=named(name))


def _floors(public: PublicSite) -> Iterator[dict[str, Any]]:
    """Yield the storeys with their spaces, in the order of the building."""
    by_floor: dict[Text | None, list[PublicSpace]] = {}
    for space in public.spaces:
        by_floor.setdefault(space.floor, []).append(space)
    for floor, spaces in by_floor.items():
        shown = [
            {
                "space": space.space,
                "name": named(space.name),
                "free": _("Not shown at night") if public.at_night else free(space, public.is_open),
                "level": space.level,
                "busy": levels()[space.level] if public.is_open else "",
            }
            for space in spaces
        ]
        yield {"name": named(floor) if floor else "", "spaces": shown}


def free(space: PublicSpace, is_open: bool) -> str:
    """Return the free seats of a space, or its free places where it has no seats."""
    if not is_open:
        return _("Closed")
    if space.use:
        return _("Free") if space.use == "free" else _("Occupied")
    if space.people is None:
        return _("No figure right now")
    if space.people == 0 and not space.free:
        return _("Few people")
    if space.free is None or space.places is None:
        return _("About {n} people").format(n=space.people)
    if space.free == 0:
        return _("Probably no free seats") if space.seats else _("Full")
    few = space.people == 0
    if space.seats:
        text = _("More than {n} of {places} seats free") if few else _("About {n} of {places} seats free")
    else:
        text = _("Room for more than {n} of {places}") if few else _("Room for about {n} of {places}")
    return text.format(n=formats.number(space.free), places=formats.number(space.places))


def _quietest_today(hour: int | None) -> str:
    return "" if hour is None else _("Quietest hour left today: {hours}").format(hours=_hours(hour))


def _hours(first: int) -> str:
    return f"{first:02}–{(first + 1) % 24:02}"


def _day(day: PublicDay, zone: str) -> dict[str, str]:
    return {
        "name": formats.day_short(day.day),
        "open": opening_text.hours(day.open, day.staffed, zone),
        "quietest": formats.UNKNOWN if day.quietest is None else _hours(day.quietest),
    }


def _outcome(one: PublicRequest) -> str:
    """Return since when what was requested is done, or until when it was, or that nobody has answered."""
    if one.done_since and one.undone:
        first, last = formats.day(one.done_since), formats.day(one.undone)
        return _("Done from {first} until {last}.").format(first=first, last=last)
    if one.done_since:
        return _("Done since {day}.").format(day=formats.day(one.done_since))
    return "" if one.answer else _("Not answered yet.")
