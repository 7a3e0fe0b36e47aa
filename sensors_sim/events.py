"""What is in the calendar: evenings in the hall, concerts on the stage, school classes; and staff and cleaners."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np

from besok.model.calendar import holiday
from besok.model.site import Site, Space
from sensors_sim.conduct import USUAL, Conduct
from sensors_sim.groups import CLASSES, NOWHERE, PROGRAMME, STAFF, Gates, Groups, padded, rows
from sensors_sim.noise import Floats, Ints, generator
from sensors_sim.opening import begin
from sensors_sim.plans import STOPS, reachable
from sensors_sim.routes import Ground
from sensors_sim.scenario import Event
from sensors_sim.seasons import Opening, fineness, millis, openings

MINUTE, HOUR = 60_000, 3_600_000
EVENING_H, MATINEE_H = 17.75, 12.5  # by the clock when things begin in the library
AFTERNOON_H, SUNSET_H = 15.0, 18.5  # and on the park's stage
STAFF_GRACE: Final = 25 * MINUTE  # the last of the staff are out so long after closing
LONG_DAY: Final = 9 * HOUR  # longer opening takes two shifts
CHRISTMAS: Final = {(12, d) for d in range(20, 32)} | {(1, d) for d in range(1, 9)}
SMALL: Final = 25  # a room for fewer is left to those who booked it
GO_ON: Final = 0.25  # share of an audience that goes on to something else
AFTER_LEAST: Final = 15 * MINUTE  # if it is open for longer than this
PACE: Final = 1000  # an ordinary walker's


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """A business day at a site. Times are milliseconds since 1970."""

    ground: Ground
    site: Site
    places: dict[str, list[int]]  # the site's places by kind of space; under "" all of them
    gates: Gates
    seed: int
    day: date
    opens: list[Opening]
    begins: int
    ends: int
    conduct: Conduct = USUAL

    def chance(self, purpose: str, *shape: int) -> Floats:
        """Uniform numbers for this day and purpose alone."""
        return generator(self.seed, self.site.id, self.day, purpose).random(shape)

    def at(self, hour: float) -> int:
        """The moment at which clocks show `hour`, for hours after the business day's beginning."""
        return self.begins + round((hour - self.site.day_start.hour - self.site.day_start.minute / 60) * HOUR)

    def open_from(self, start: int, until: int) -> bool:
        """Whether one opening covers the time from `start` to `until`."""
        return any(o.start <= start and until <= o.end for o in self.opens)


def places_by_kind(ground: Ground, number: int) -> dict[str, list[int]]:
    """The places of site `number` that one can come to, by kind of space; under "" all of them."""
    found: dict[str, list[int]] = {"": []}
    for place in reachable(ground, number):
        found[""].append(place)
        found.setdefault(ground.detail[place].kind, []).append(place)
    return found


def occasions(diary: Diary) -> list[Groups]:
    """Who comes for something in the calendar, or to work."""
    if not diary.opens or not diary.places[""]:
        return []
    of_its_own = diary.conduct.profile is None  # what was learnt from history holds its audiences and classes
    events = [g for event in diary.conduct.events for g in _event(diary, event)]
    if diary.site.kind == "park":
        return [*_invented(diary), *events, *_gardeners(diary)]
    programme = [*_invented(diary), *_classes(diary)] if of_its_own else []
    return [*programme, *events, *_staff(diary)]


def _event(diary: Diary, event: Event) -> list[Groups]:
    """Those who come for an event of the scenario: before it begins, or from opening on; if it is open then."""
    begins = millis(begin(diary.site, event, diary.day))
    opening = next((o for o in diary.opens if o.start <= begins < o.end), None)
    place = diary.ground.spaces.index(event.space)
    if opening is None or place not in diary.places[""]:
        return []
    room = diary.ground.detail[place]
    people = event.people if event.people is not None else round((event.fill or 0) * _seats(room))
    u = diary.chance(f"event {event.space} {event.start} {event.title.en}", people, 4)
    over = begins + event.minutes * MINUTE
    groups = _audience(diary, u, begins, event.minutes * MINUTE, place, [])
    arrive = np.maximum(groups.arrive, opening.start)
    stays = (over + (u[:, 1] * 6 * MINUTE).astype(np.int64) - arrive) // 1000
    groups = replace(groups, arrive=arrive, stay_s=np.stack([stays, *groups.stay_s.T[1:]], 1))
    return _afterwards(diary, groups, event, over, u[:, 2] < GO_ON)


def _afterwards(diary: Diary, groups: Groups, event: Event, over: int, go_on: np.ndarray) -> list[Groups]:
    """The audience, of whom some go on to another space if it is open for a while after the event."""
    place = diary.ground.spaces.index(event.afterwards) if event.afterwards else NOWHERE
    if place == NOWHERE or not (diary.ground.paths.walk_s[groups.stops[:, 0], place] >= 0).all():
        return [groups]
    host = diary.ground.sites[diary.ground.site_of[place]]
    close = next((o.end for o in openings(host, diary.day) if o.start <= over < o.end - AFTER_LEAST), None)
    if close is None:
        return [groups]
    stops = np.where(go_on[:, None] & (np.arange(groups.stops.shape[1]) == 1), place, groups.stops)
    deadline = np.where(go_on, np.minimum(close + 3 * MINUTE, diary.ends - 5 * MINUTE), groups.deadline)
    return [replace(groups, stops=stops, deadline=deadline)]


def _seats(room: Space) -> int:
    return room.seats or room.capacity or 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a site has in its own programme on a day; times are milliseconds, places those of the ground."""

    kind: Literal["evening", "matinee", "concert"]
    begins: int
    lasts: int
    people: int
    place: int
    after: list[int]


def planned(diary: Diary) -> Planned | None:
    """What the site's own programme has on a day that people come to, None for nothing."""
    if not diary.opens or diary.conduct.profile is not None:
        return None
    return _concert(diary) if diary.site.kind == "park" else _programme(diary)


def _programme(diary: Diary) -> Planned | None:
    """An evening on Tuesday to Thursday; a matinee on Saturday, from which some go on to the café."""
    u = diary.chance("programme", 3)
    evening, matinee = diary.day.weekday() in (1, 2, 3), diary.day.weekday() == 5
    begins = diary.at(EVENING_H if evening else MATINEE_H)
    open_then = diary.open_from(begins - 30 * MINUTE, begins + 90 * MINUTE)
    if "hall" not in diary.places or not (evening or matinee) or not open_then or u[0] >= 0.55:
        return None
    hall = diary.places["hall"][int(u[1] * len(diary.places["hall"]))]
    seats = _seats(diary.ground.detail[hall])
    count = int(min(seats * (0.2 + 0.5 * u[2]) * diary.conduct.arrivals, seats))
    after = diary.places.get("cafe", [])[:1] if matinee else []
    kind: Literal["evening", "matinee"] = "evening" if evening else "matinee"
    return Planned(kind=kind, begins=begins, lasts=75 * MINUTE, people=count, place=hall, after=after)


def _concert(diary: Diary) -> Planned | None:
    """A concert on the park's stage: on some fine days at the end of the week, May to September."""
    u = diary.chance("programme", 3)
    begins = diary.at(AFTERNOON_H if u[0] < 0.6 else SUNSET_H)
    fine = fineness(diary.seed, diary.site.timezone, diary.day)
    season = 5 <= diary.day.month <= 9 and diary.day.weekday() >= 4 and fine >= 0.4
    if (
        "stage" not in diary.places
        or not season
        or not diary.open_from(begins, begins + 2 * HOUR)
        or u[1] >= 0.5
    ):
        return None
    count = int((diary.site.capacity or 500) * (0.04 + 0.12 * u[2]) * diary.conduct.arrivals)
    place = diary.places["stage"][0]
    return Planned(kind="concert", begins=begins, lasts=70 * MINUTE, people=count, place=place, after=[])


def _invented(diary: Diary) -> list[Groups]:
    """The audience of the site's own programme, unless the scenario has something in the same room that day."""
    plan = planned(diary)
    if plan is None or diary.ground.spaces[plan.place] in {event.space for event in diary.conduct.events}:
        return []
    return [
        _audience(
            diary, diary.chance("audience", plan.people, 4), plan.begins, plan.lasts, plan.place, plan.after
        )
    ]


def _audience(diary: Diary, u: Floats, begins: int, lasts: int, place: int, after: list[int]) -> Groups:
    """People who come before something begins, stay until it is over, and one in four for something after it."""
    count = len(u)
    early = (90_000 + u[:, 0] * u[:, 0] * 25 * MINUTE).astype(np.int64)
    stay_s = (early + lasts + (u[:, 1] * 6 * MINUTE).astype(np.int64)) // 1000
    stops = [padded(place, *after) if x < GO_ON else padded(place) for x in u[:, 2]]
    way = diary.gates.pick(u[:, 3])
    close = next(o.end for o in diary.opens if o.start <= begins < o.end)
    return rows(
        count,
        day=diary.day.toordinal(),
        series=PROGRAMME,
        arrive=begins - early - MINUTE,
        deadline=min(close + 3 * MINUTE, diary.ends - 5 * MINUTE),
        size=1,
        stops=np.array(stops, dtype=np.int64).reshape(count, STOPS),
        stay_s=np.stack([stay_s, np.full(count, 1500), np.full(count, 60)], 1),
        gate_in=diary.gates.edge[way],
        gate_out=diary.gates.edge[way],
        via_in=diary.gates.via[way],
        via_out=diary.gates.via[way],
        pace=PACE,
    )


def _classes(diary: Diary) -> list[Groups]:
    """School classes come in the mornings of term, up to three, with their teachers."""
    u = diary.chance("classes", 3, 3)
    day = diary.day
    term = (
        day.weekday() < 5 and not 24 <= day.isocalendar().week <= 33 and (day.month, day.day) not in CHRISTMAS
    )
    if "children" not in diary.places or not term or holiday(day, diary.site.opening):
        return []
    arrive = [diary.at(9.2 + 2.5 * float(x)) for x in u[:, 1]]
    come = [
        n
        for n, likely in enumerate((0.55, 0.3, 0.1))
        if u[n, 0] < likely * diary.conduct.classes * diary.conduct.arrivals
        and diary.open_from(arrive[n], arrive[n] + 2 * HOUR)
    ]
    return [
        rows(
            len(come),
            day=day.toordinal(),
            series=CLASSES,
            arrive=[arrive[n] for n in come],
            deadline=[arrive[n] + 2 * HOUR for n in come],
            size=[14 + int(14 * u[n, 2]) for n in come],
            stops=padded(diary.places["children"][0]),
            stay_s=55 * 60,
            gate_in=diary.gates.edge[0],
            gate_out=diary.gates.edge[0],
            pace=1200,
        )
    ]


def _staff(diary: Diary) -> list[Groups]:
    """Staff come before opening and leave after closing, in two shifts on a long day; three clean before that."""
    start, end = diary.opens[0].start, diary.opens[-1].end
    u = diary.chance("staff", 9 + (diary.site.capacity or 0) // 80, 6)
    come = start - (5 * MINUTE + u[:, 0] * HOUR).astype(np.int64)
    go = np.minimum(end + 5 * MINUTE + (u[:, 1] * 15 * MINUTE).astype(np.int64), diary.ends - 15 * MINUTE)
    if end - start > LONG_DAY:
        late = u[:, 2] < 0.5
        go = np.where(late, go, start + 7 * HOUR + (u[:, 1] * HOUR).astype(np.int64))
        come = np.where(late, end - 8 * HOUR - (u[:, 0] * HOUR).astype(np.int64), come)
    come[:3] = start - 150 * MINUTE - (u[:3, 0] * 10 * MINUTE).astype(np.int64)
    go[:3] = come[:3] + 110 * MINUTE
    return [_workers(diary, come, go, u[:, 3:], min(end + STAFF_GRACE, diary.ends - 5 * MINUTE))]


def _gardeners(diary: Diary) -> list[Groups]:
    """Four who look after the park, on working days from seven to three."""
    u = diary.chance("gardeners", 4, 4)
    if diary.day.weekday() > 4 or not diary.open_from(diary.at(7), diary.at(16)):
        return []
    come = diary.at(7) + (u[:, 0] * 10 * MINUTE).astype(np.int64)
    return [_workers(diary, come, come + 8 * HOUR, u[:, 1:], diary.ends - HOUR)]


def _workers(diary: Diary, come: Ints, go: Ints, u: Floats, deadline: int) -> Groups:
    """Workers divide their time between three of the larger places of the site."""
    third_s = np.maximum((go - come) // 3000, 60)
    large = [p for p in diary.places[""] if (diary.ground.detail[p].capacity or SMALL) >= SMALL]
    places = np.array(large or diary.places[""])
    return rows(
        len(come),
        day=diary.day.toordinal(),
        series=STAFF,
        arrive=come,
        deadline=np.minimum(go + 5 * MINUTE, deadline),
        size=1,
        stops=places[(u * len(places)).astype(np.int64)],
        stay_s=np.repeat(third_s[:, None], 3, axis=1),
        gate_in=diary.gates.staff,
        gate_out=diary.gates.staff,
        pace=PACE,
    )
