"""Parts of the board that the live stream updates:
state and texts of each space and of the site, in the reader's language.

The page is drawn with them and the stream sends them; `live.js` inserts them and writes only their age.
"""

import json
from collections.abc import Mapping
from typing import Any

from dash import html

from besok.model.calendar import business_day
from besok.model.site import Site
from besok.model.views.devices import DeviceInfo
from besok.model.views.live import Freshness, SiteLive, SpaceLive
from besok.text import formats, opening_text
from besok.text.languages import _, named
from besok.text.level_text import levels
from dashboard.components.elements import data
from dashboard.version import version

Parts = dict[str, str]  # texts by part name


def part(name: str, parts: Parts, **attributes: Any) -> Any:
    """Return the element of a part with its present text; without one the script fills it."""
    return html.Span(parts.get(name, ""), **data(part=name), **attributes)


def of_space(space: SpaceLive, is_open: bool) -> Parts:
    """Return the texts of a space."""
    return {
        "people": people(space),
        "capacity": capacity(space),
        "range": interval(space),
        "between": between(space),
        "certainty": certainty(space),
        "verdict": verdict(space, is_open),
        "share": share(space),
        "seats": seats(space),
    }


def of_site(live: SiteLive, place: Site) -> Parts:
    """Return the texts of the whole site."""
    weekday = formats.weekdays("wide")[business_day(live.time, place).weekday()]
    return {
        "visits": formats.number(live.visits_today),
        "trend": trend(live.spaces[0], live.visits_today, live.visits_last_week, weekday),
        "opening": opening_text.state(live, place.timezone, live.time),
    }


def state(space: SpaceLive) -> dict[str, str]:
    """Return the data attributes of a space for style sheet and script."""
    return {
        "space": space.space,
        "state": space.freshness,
        "level": "unknown"
        if space.basis == "presence"
        else space.level,  # occupied, by an unknown number of people
        "basis": space.basis or "",
        "known": "" if space.people is None else "1",
        "placed": "" if space.reason in ("no_sensor", "door_without_sensor", "space_closed") else "1",
        "heard": space.heard.isoformat() if space.heard else "",
        "time": space.time.isoformat() if space.time else "",
    }


def fill(space: SpaceLive) -> str:
    """Return the length of the bar that shows the share of the capacity."""
    return f"{min((space.people or 0) / space.capacity, 1) if space.capacity else 0:.1%}"


def update(live: SiteLive, place: Site, alerts: str, marks: Mapping[str, Any]) -> str:
    """All of it as JSON; `now` is the end of a curve, `alerts` the mark of open alerts and the announcement, `marks`
    are of the doors and sensors of floor plans.
    """
    spaces = {
        space.space: {
            "data": state(space),
            "parts": of_space(space, live.is_open),
            "fill": fill(space),
            "now": None if space.people is None else [space.people, space.lower, space.upper],
        }
        for space in live.spaces
    }
    is_seen = any(space.heard for space in live.spaces)
    site = {
        "site": live.site,
        "version": version(),
        "time": live.time.isoformat(),
        "heard": is_seen,
        "alerts": alerts,
        "parts": of_site(live, place),
        "marks": marks,
    }
    return json.dumps({**site, "spaces": spaces}, ensure_ascii=False, separators=(",", ":"))


def ages() -> dict[str, str]:
    """Return the texts that the script fills by the clock: the age of a figure, and the time of a lost connection."""
    return {
        "short_seconds": _("{n} s"),
        "short_minutes": _("{n} min"),
        "short_hours": _("{n} h"),
        "seconds": _("updated {n} s ago"),
        "minutes": _("updated {n} min ago"),
        "hours": _("updated {n} h ago"),
        "never": _("never seen"),
        "lost": _("No connection since {time}"),
    }


def reasons() -> dict[str, str]:
    """Return why a figure was corrected or is missing."""
    return {
        "below_zero": _("drift: more exits than entries"),
        "stuck": _("the camera shows the same number all the time"),
        "closed": _("closed, nobody is expected"),
        "drift": _("drift-corrected"),
        "silent_door": _("an offline door is imputed"),
        "odd_door": _("a door with contradictory counts is left out"),
        "no_sensor": _("no sensor here"),
        "door_without_sensor": _("a door has no sensor"),
        "no_data": _("no figure yet"),
        "space_closed": _("temporarily closed"),
        "unheard_door": _("no data from a door"),
        "uncounted_passage": _("next to a passage that is not counted"),
    }


def people(space: SpaceLive) -> str:
    """Return the number of people; for a presence sensor only whether anybody is there."""
    if space.basis == "presence" and space.people is not None:
        return _("Occupied") if space.people else _("Free")
    return formats.number(space.whole)


def capacity(space: SpaceLive) -> str:
    """`/ 24`; nothing where it is not known, and where so many people or more are there."""
    if not space.capacity or _is_full(space) or (space.whole or 0) > space.capacity:
        return ""
    return f"/ {formats.number(space.capacity)}"


def _is_full(space: SpaceLive) -> bool:
    return space.level == "full" and space.freshness in ("live", "late")


def share(space: SpaceLive) -> str:
    """`70 % of capacity`, of a full space that its capacity is reached; nothing where it is not known or up to date."""
    if space.people is None or not space.capacity or space.freshness not in ("live", "late"):
        return ""
    if _is_full(space):
        return _("capacity of {n} reached").format(n=formats.number(space.capacity))
    return _("{share} of capacity").format(share=formats.percent(space.people / space.capacity))


def seats(space: SpaceLive) -> str:
    """`68 of 80 seats free`: seats less people, where both are known and up to date."""
    if space.whole is None or not space.seats or space.freshness not in ("live", "late"):
        return ""
    free = max(space.seats - space.whole, 0)
    return _("{n} of {seats} seats free").format(n=formats.number(free), seats=formats.number(space.seats))


def interval(space: SpaceLive) -> str:
    """`(38–47)`; nothing where there is no number: `Occupied` is none."""
    return (
        ""
        if space.people is None or space.basis == "presence"
        else formats.interval(space.lower, space.upper)
    )


def between(space: SpaceLive) -> str:
    """Return the interval as a sentence, for tooltips and screen readers."""
    if not interval(space) or space.lower is None or space.upper is None:
        return ""
    low, high = formats.bounds(space.lower, space.upper)
    text = _("80 % interval {low}–{high}") if low != high else _("Practically certain")
    return text.format(low=low, high=high)


def certainty(space: SpaceLive) -> str:
    """Return the basis of a figure and why it was corrected, or why there is none, in a few words."""
    if space.people is None:
        return reasons().get(space.reason or "no_data", "")
    bases = {
        "doors": _("by the doors"),
        "people": _("counted on the spot"),
        "presence": _("from a presence sensor"),
        "headcount": _("from a headcount"),
    }
    texts = (bases.get(space.basis or "", ""), reasons().get(space.reason or "", ""))
    return " · ".join(filter(None, texts))


def verdict(space: SpaceLive, is_open: bool = True) -> str:
    """Return the word on a space's chip: its level, unless the figure cannot be trusted or the site is closed and
    quiet.
    """
    if space.freshness == "none":
        return _("Closed") if space.reason == "space_closed" else _("No data")
    if space.freshness == "stale":
        late = sensor_state("late") if space.delayed else _("Sensor offline")
        return late if is_offline(space) else _("Not updated")
    if space.level in ("calm", "unknown") and not is_open:
        return _("Closed")
    return _("No capacity set") if space.level == "unknown" else levels()[space.level]


def followed(live: SiteLive, zone: str, mark: str) -> dict[str, Any]:
    """Return the attributes by which `live.js` keeps a page of a site up to date; drawn again when `mark` changes."""
    return data(
        title=_("{site} now").format(site=named(live.name)),
        live=f"/live/{live.site}",
        time=live.time.isoformat(),
        zone=zone,
        alerts=mark,
        words=json.dumps(ages(), ensure_ascii=False),
    )


def sensor_state(fresh: Freshness) -> str:
    """Return whether a sensor sends, in a word."""
    return {"live": _("Online"), "late": _("Delayed"), "stale": _("Offline"), "none": _("Never seen")}[fresh]


def device_state(device: DeviceInfo, zone: str) -> str:
    """Return whether a device sends, in a word; of one that is placed from a later day on, that day."""
    if device.awaited:
        return _("Placed from {day}").format(day=formats.day_of(device.awaited, zone))
    return sensor_state(device.freshness)


def is_offline(space: SpaceLive) -> bool:
    """Tell whether a stale figure is due to an offline or delayed sensor, not to a missing estimate."""
    return space.freshness == "stale" and not (space.heard and space.time and space.heard > space.time)


def trend(root: SpaceLive, value: float | None, before: float | None, weekday: str) -> str:
    """Return how the visits of a site compare, unless some are missing because a sensor is offline or delayed."""
    if root.reason == "silent_door" or is_offline(root):
        return (
            _("not compared: a sensor is delayed") if root.delayed else _("not compared: a sensor is offline")
        )
    return against(value, before, weekday)


def against(value: float | None, before: float | None, weekday: str) -> str:
    """`12 % more than last Wednesday at this time`; empty where one of the two is not known or too small to compare."""
    if value is None or not before or before < 10:
        return ""
    share = value / before - 1
    if abs(share) < 0.005:
        text = _("as last {weekday} at this time")
    elif share > 0:
        text = _("{share} more than last {weekday} at this time")
    else:
        text = _("{share} fewer than last {weekday} at this time")
    return text.format(share=formats.percent(abs(share)), weekday=weekday)
