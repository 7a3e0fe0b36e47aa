"""Visitors of events in the calendar: evenings, concerts, school classes; and staff and cleaners."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from besok.model.arrays import Floats, Ints
from besok.model.calendar import holiday
from besok.model.site import Site
from sensors_sim import seasons
from sensors_sim.day_rates import DayRates
from sensors_sim.groups import CLASSES, NOWHERE, PROGRAMME, STAFF, Gates, Groups, padded, rows
from sensors_sim.noise import generator
from sensors_sim.plans import STOPS
from sensors_sim.routes import Ground
from sensors_sim.scenario import Event
from sensors_sim.times import DAY, HOUR_MS, MINUTE_MS, Opening, millis, openings

MINUTE, HOUR = MINUTE_MS, HOUR_MS
EVENING_H, MATINEE_H = 17.75, 12.5  # by the clock when things begin in the library
AFTERNOON_H, SUNSET_H = 15.0, 18.5  # and on the park's stage
LATEST_OUT: Final = 3 * MINUTE  # after closing
NIGHT: Final = 5 * MINUTE  # before the business day ends everybody has gone
STAFF_GRACE: Final = 25 * MINUTE  # the last of the staff are out so long after closing
LONG_DAY: Final = 9 * HOUR  # longer opening takes two shifts
CHRISTMAS: Final = {(12, d) for d in range(20, 32)} | {(1, d) for d in range(1, 9)}
SMALL: Final = 25  # a room for fewer is left to those who booked it
GO_ON: Final = 0.25  # share of an audience that goes on to something else
AFTER_LEAST: Final = 15 * MINUTE  # if it is open for longer than this
PACE: Final = 1000  # an ordinary walker's
SEATS: Final = 60  # of a room that says none


def event_begin(site: Site, event: Event, day: date) -> datetime:
    """Return when the event begins on the business day; a start before the day's own is in the night that ends it."""
    date_of = day if event.start >= site.day_start else day + DAY
    return datetime.combine(date_of, event.start, ZoneInfo(site.timezone)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A programme item of a site on a day; times are milliseconds, places those of the ground."""

    kind: Literal["evening", "matinee", "concert"]
    begins: int
    lasts: int
    people: int
    place: int
    after: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The programme of a site on a business day. Times are milliseconds since 1970."""

    ground: Ground
    site: Site
    places: dict[str, list[int]]  # the site's places by kind of space; under "" all of them
    gates: Gates
    seed: int
    day: date
    opens: list[Opening]
    begins: int
    ends: int
    rates: DayRates

    def groups(self) -> list[Groups]:
        """Return the groups that come for a programme item, or to work."""
        if not self.opens or not self.places[""]:
            return []
        planned = self.planned()
        used = {event.space for event in self.rates.events}
        groups = []
        if planned and self.ground.spaces[planned.place] not in used:
            u = self._chance("audience", planned.people, 4)
            groups.append(self._audience(u, planned.begins, planned.lasts, planned.place, planned.after))
        if self.site.kind != "park" and self.rates.profile is None:
            groups += self._classes()
        groups += [g for event in self.rates.events for g in self._event(event)]
        return groups + (self._gardeners() if self.site.kind == "park" else self._staff())

    def planned(self) -> Planned | None:
        """Return what the site's own programme has on the day, None for nothing.

        A profile that was learnt from history holds the site's own audiences and classes already.
        """
        if not self.opens or self.rates.profile is not None:
            return None
        return self._concert() if self.site.kind == "park" else self._evening_or_matinee()

    def _evening_or_matinee(self) -> Planned | None:
        """Plan an evening on Tuesday to Thursday; a matinee on Saturday, from which some go on to the café."""
        u = self._chance("programme", 3)
        evening, matinee = self.day.weekday() in (1, 2, 3), self.day.weekday() == 5
        begins = self._at(EVENING_H if evening else MATINEE_H)
        fits = self._open_during(begins - 30 * MINUTE, begins + 90 * MINUTE)
        if "hall" not in self.places or not (evening or matinee) or not fits or u[0] >= 0.55:
            return None
        hall = self.places["hall"][int(u[1] * len(self.places["hall"]))]
        seats = self._seats(hall)
        return Planned(
            kind="evening" if evening else "matinee",
            begins=begins,
            lasts=75 * MINUTE,
            people=int(min(seats * (0.2 + 0.5 * u[2]) * self.rates.arrivals, seats)),
            place=hall,
            after=self.places.get("cafe", [])[:1] if matinee else [],
        )

    def _concert(self) -> Planned | None:
        """Plan a concert on the park's stage: on some fine days at the end of the week, May to September."""
        u = self._chance("programme", 3)
        begins = self._at(AFTERNOON_H if u[0] < 0.6 else SUNSET_H)
        fine = seasons.weather(self.seed, self.site.timezone, self.day) >= 0.4
        season = 5 <= self.day.month <= 9 and self.day.weekday() >= 4 and fine
        fits = self._open_during(begins, begins + 2 * HOUR)
        if "stage" not in self.places or not season or not fits or u[1] >= 0.5:
            return None
        people = int((self.site.capacity or 500) * (0.04 + 0.12 * u[2]) * self.rates.arrivals)
        stage = self.places["stage"][0]
        return Planned(kind="concert", begins=begins, lasts=70 * MINUTE, people=people, place=stage, after=[])

    def _event(self, event: Event) -> list[Groups]:
        """Return the groups of an event of the scenario: before it begins, or from opening on; if it is open then."""
        begins = millis(event_begin(self.site, event, self.day))
        opening = next((o for o in self.opens if o.start <= begins < o.end), None)
        place = self.ground.spaces.index(event.space)
        if opening is None or place not in self.places[""]:
            return []
        people = event.people if event.people is not None else round((event.fill or 0) * self._seats(place))
        u = self._chance(f"event {event.space} {event.start} {event.title.en}", people, 4)
        lasts = event.minutes * MINUTE
        groups = self._audience(u, begins, lasts, place, [])
        arrive = np.maximum(groups.arrive, opening.start)
        stays = (begins + lasts + (u[:, 1] * 6 * MINUTE).astype(np.int64) - arrive) // 1000
        groups = replace(groups, arrive=arrive, stay_s=np.stack([stays, *groups.stay_s.T[1:]], 1))
        return [self._afterwards(groups, event, begins + lasts, u[:, 2] < GO_ON)]

    def _afterwards(self, groups: Groups, event: Event, over: int, go_on: np.ndarray) -> Groups:
        """Return the audience, of whom some go on to another space if it is open for a while after the event."""
        place = self.ground.spaces.index(event.afterwards) if event.afterwards else NOWHERE
        if place == NOWHERE or not (self.ground.paths.walk_s[groups.stops[:, 0], place] >= 0).all():
            return groups
        hours = openings(self.ground.sites[self.ground.site_of[place]], self.day)
        close = next((o.end for o in hours if o.start <= over < o.end - AFTER_LEAST), None)
        if close is None:
            return groups
        stops = np.where(go_on[:, None] & (np.arange(groups.stops.shape[1]) == 1), place, groups.stops)
        latest = min(close + LATEST_OUT, self.ends - NIGHT)
        return replace(groups, stops=stops, deadline=np.where(go_on, latest, groups.deadline))

    def _audience(self, u: Floats, begins: int, lasts: int, place: int, after: list[int]) -> Groups:
        """People who come before something begins, stay until it is over, and one in four for something after it."""
        count = len(u)
        early = (90_000 + u[:, 0] * u[:, 0] * 25 * MINUTE).astype(np.int64)
        stay_s = (early + lasts + (u[:, 1] * 6 * MINUTE).astype(np.int64)) // 1000
        stops = [padded(place, *after) if x < GO_ON else padded(place) for x in u[:, 2]]
        entrance = self.gates.pick(u[:, 3])
        close = next(o.end for o in self.opens if o.start <= begins < o.end)
        return rows(
            count,
            day=self.day.toordinal(),
            series=PROGRAMME,
            arrive=begins - early - MINUTE,
            deadline=min(close + LATEST_OUT, self.ends - NIGHT),
            size=1,
            stops=np.array(stops, dtype=np.int64).reshape(count, STOPS),
            stay_s=np.stack([stay_s, np.full(count, 1500), np.full(count, 60)], 1),
            gate_in=self.gates.edge[entrance],
            gate_out=self.gates.edge[entrance],
            via_in=self.gates.via[entrance],
            via_out=self.gates.via[entrance],
            pace=PACE,
        )

    def _classes(self) -> list[Groups]:
        """School classes come in the mornings of term, up to three, with their teachers."""
        u, day = self._chance("classes", 3, 3), self.day
        holidays = 24 <= day.isocalendar().week <= 33 or (day.month, day.day) in CHRISTMAS
        if "children" not in self.places or day.weekday() >= 5 or holidays or holiday(day, self.site.opening):
            return []
        arrive = [self._at(9.2 + 2.5 * float(x)) for x in u[:, 1]]
        come = [
            n
            for n, likely in enumerate((0.55, 0.3, 0.1))
            if u[n, 0] < likely * self.rates.classes * self.rates.arrivals
            and self._open_during(arrive[n], arrive[n] + 2 * HOUR)
        ]
        return [
            rows(
                len(come),
                day=day.toordinal(),
                series=CLASSES,
                arrive=[arrive[n] for n in come],
                deadline=[arrive[n] + 2 * HOUR for n in come],
                size=[14 + int(14 * u[n, 2]) for n in come],
                stops=padded(self.places["children"][0]),
                stay_s=55 * 60,
                gate_in=self.gates.edge[0],
                gate_out=self.gates.edge[0],
                pace=1200,
            )
        ]

    def _staff(self) -> list[Groups]:
        """Staff come before opening and leave after closing, in two shifts on a long day; three clean before that."""
        start, end = self.opens[0].start, self.opens[-1].end
        u = self._chance("staff", 9 + (self.site.capacity or 0) // 80, 6)
        come = start - (5 * MINUTE + u[:, 0] * HOUR).astype(np.int64)
        go = np.minimum(end + 5 * MINUTE + (u[:, 1] * 15 * MINUTE).astype(np.int64), self.ends - 15 * MINUTE)
        if end - start > LONG_DAY:
            late = u[:, 2] < 0.5
            go = np.where(late, go, start + 7 * HOUR + (u[:, 1] * HOUR).astype(np.int64))
            come = np.where(late, end - 8 * HOUR - (u[:, 0] * HOUR).astype(np.int64), come)
        come[:3] = start - 150 * MINUTE - (u[:3, 0] * 10 * MINUTE).astype(np.int64)
        go[:3] = come[:3] + 110 * MINUTE
        return [self._workers(come, go, u[:, 3:], min(end + STAFF_GRACE, self.ends - NIGHT))]

    def _gardeners(self) -> list[Groups]:
        """Four who look after the park, on working days from seven to three."""
        u = self._chance("gardeners", 4, 4)
        if self.day.weekday() > 4 or not self._open_during(self._at(7), self._at(16)):
            return []
        come = self._at(7) + (u[:, 0] * 10 * MINUTE).astype(np.int64)
        return [self._workers(come, come + 8 * HOUR, u[:, 1:], self.ends - HOUR)]

    def _workers(self, come: Ints, go: Ints, u: Floats, deadline: int) -> Groups:
        """Return workers who divide their time between three of the larger places of the site."""
        large = [p for p in self.places[""] if (self.ground.detail[p].capacity or SMALL) >= SMALL]
        places = np.array(large or self.places[""])
        return rows(
            len(come),
            day=self.day.toordinal(),
            series=STAFF,
            arrive=come,
            deadline=np.minimum(go + 5 * MINUTE, deadline),
            size=1,
            stops=places[(u * len(places)).astype(np.int64)],
            stay_s=np.repeat(np.maximum((go - come) // 3000, 60)[:, None], 3, axis=1),
            gate_in=self.gates.staff,
            gate_out=self.gates.staff,
            pace=PACE,
        )

    def _chance(self, purpose: str, *shape: int) -> Floats:
        """Uniform numbers for this day and purpose alone."""
        return generator(self.seed, self.site.id, self.day, purpose).random(shape)

    def _at(self, hour: float) -> int:
        """Return the moment at which clocks show `hour`, for hours after the business day's beginning."""
        start = self.site.day_start
        return self.begins + round((hour - start.hour - start.minute / 60) * HOUR)

    def _open_during(self, start: int, until: int) -> bool:
        """Tell whether one opening covers the time from `start` to `until`."""
        return any(o.start <= start and until <= o.end for o in self.opens)

    def _seats(self, place: int) -> int:
        room = self.ground.detail[place]
        return room.seats or room.capacity or SEATS
