"""What the worker does between its readings and its writing: averaging, gathering news, knowing what is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from besok.analytics.occupancy import NOTHING, by_space
from besok.model.arrays import Floats
from besok.model.building import Building
from besok.model.errors import JobError, StoreRefused
from besok.model.occupancy import Estimate
from besok.model.views.calendar import CalendarDay
from besok.store.notify import Notice
from besok.store.occupancy import QUARTER, Flows, Layout, Levels, Quarters
from jobs import daily, event_effects, quarters
from jobs.background import load
from jobs.inbox import ChangeInbox
from jobs.observations import DayClock, observe
from jobs.runs import do_each
from jobs.schedule import DUTIES, Clock, Duty
from tests.small_sites import house, week

NAN = float("nan")
HOUSE = house(week("always"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

PLAN = Layout(
    site_id=1,
    spaces=(10, 11),
    portals=(20,),
    building=Building.of((None, 0), ((None, 0),)),
    level_channels=(30, 31),
    level_space=(1, 1),
    level_interval_s=(60, 60),
)


def minutes(people: list[float]) -> Estimate:
    column = np.array(people)[:, None]
    none = np.zeros(column.shape, bool)
    return Estimate(
        people=column,
        lower=column - 1,
        upper=column + 1,
        raw=column,
        basis=none.astype(np.int8),
        reason=none.astype(np.int8),
    )


def test_a_quarter_is_the_mean_of_its_known_minutes_with_the_peak_of_them() -> None:
    figures = minutes([*[NAN] * 5, *[3.0] * 5, *[9.0] * 5, 4.0, 8.0])
    shown = np.ones(17, bool)
    result = quarters.of_minutes(figures.where(shown), 0)
    assert result.people[:, 0].tolist() == [6, 6]
    assert result.peak[:, 0].tolist() == [9, 8]
    assert result.lower[:, 0].tolist() == [5, 5]
    shown[:15] = False
    assert_array_equal(quarters.of_minutes(figures.where(shown), 0).people[:, 0], [NAN, 6])
    assert quarters.of_minutes(figures.where(shown), 15).people[:, 0].tolist() == [6]


def day(people_in: list[float], **levels: list[list[float]]) -> tuple[Flows, Levels]:
    column = np.array(people_in)[:, None]
    flows = Flows(people_in=column, people_out=np.where(np.isnan(column), NAN, 0))

    def of(name: str) -> Floats:
        return np.array(levels.get(name, [[NAN, NAN]] * len(people_in)))

    return flows, Levels(people=of("people"), peak=of("peak"), occupied=of("occupied"))


def past(people_in: list[float], **levels: list[list[float]]) -> Quarters:
    flows, said = day(people_in, **levels)
    seen, shown = observe(PLAN, flows, said, DayClock(HOUSE, date(2026, 3, 2), QUARTER))
    highest = by_space(said.peak, PLAN.level_space, 2, add=True)
    [alone] = quarters.of_days(PLAN, [(seen, shown, highest, NOTHING)])
    return alone


def test_a_past_quarter_is_the_mean_of_its_ends_with_the_higher_as_its_peak() -> None:
    result = past([4, 6])
    assert result.people[:, 0] == pytest.approx([2, 7], rel=0.1)
    assert result.peak[:, 0] == pytest.approx([4, 10], rel=0.1)
    assert (result.lower <= result.people)[:, 0].all() and (result.peak <= result.peak_upper)[:, 0].all()


def test_two_channels_in_a_room_add_up_and_the_most_they_saw_is_the_peak() -> None:
    people = past([20, 1], people=[[2, 3], [1, 3]], peak=[[4, 3], [1, 3]])
    assert people.people[:, 1] == pytest.approx([5, 4], abs=0.7)
    assert people.peak[0, 1] == pytest.approx(7, abs=1)


def test_a_past_day_is_not_known_after_an_hour_of_silence() -> None:
    result = past([NAN, 3, NAN, NAN, NAN, NAN, NAN, 1])
    assert_array_equal(np.isnan(result.people[:, 0]), [True, False, False, False, False, False, True, False])


def notice(site: str, since: datetime) -> Notice:
    return Notice(channel="readings", payload=f'{{"site": "{site}", "since": "{since.isoformat()}"}}')


def test_news_of_a_site_is_gathered_since_the_earliest_change() -> None:
    inbox = ChangeInbox()
    assert inbox.take().everything  # nobody has looked yet
    for minute in (3, 1, 2):
        inbox.put(notice("house", NOON + timedelta(minutes=minute)))
    inbox.put(notice("park", NOON))
    news = inbox.take()
    assert news.since == {"house": NOON + timedelta(minutes=1), "park": NOON}
    assert not news.everything
    assert inbox.take().since == {}


def test_a_lost_connection_new_sites_and_unreadable_news_mean_look_at_everything() -> None:
    inbox = ChangeInbox()
    for channel, payload in (
        ("reconnected", ""),
        ("sites", "house"),
        ("readings", "?"),
        ("readings", '{"site": 1}'),
        ("readings", '{"site": "house", "since": "2026-03-02"}'),  # in no zone
        ("readings", "[" * 7999),
    ):
        inbox.take()
        inbox.put(Notice(channel=channel, payload=payload))
        assert inbox.take().everything


def test_a_site_at_which_daily_work_fails_keeps_no_other_from_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    due = [(SimpleNamespace(id=name), NOON.date()) for name in ("ruin", "house")]
    monkeypatch.setattr(daily, "due", lambda *_: due)
    done: list[str] = []

    def put(_db: object, site: str, result: bool, _day: object) -> None:
        if not result:
            raise ValueError("no roof")
        done.append(site)

    with pytest.raises(JobError, match=r"^ruin \(no roof\)$"):
        daily.each(None, NOON, "effects", lambda _db, site, _day: site.id == "house", put)  # type: ignore[arg-type]
    assert done == ["house"]
    assert [r.message for r in caplog.records] == ["ruin failed; it is tried again"]


def test_of_many_parts_that_fail_a_few_are_named() -> None:
    def fail() -> None:
        raise StoreRefused("x" * 10_000)

    with pytest.raises(JobError, match="and 395 more") as raised:
        do_each((f"part {n}", fail) for n in range(400))
    assert len(str(raised.value)) < 1100


def test_the_newest_forecast_comes_before_all_else_that_takes_long() -> None:
    """Progress waits for it, in a new installation most of all."""
    first = Clock().due(NOON)
    assert [duty.name for duty in first if isinstance(duty.run, str)] == ["make forecasts"]


def test_each_duty_in_the_background_names_a_function() -> None:
    for duty in DUTIES:
        assert not isinstance(duty.run, str) or callable(load(duty.run))


def test_a_duty_is_due_at_the_start_and_then_by_the_clock() -> None:
    clock = Clock([Duty(name="sweep", period=timedelta(hours=1), run="jobs.nowhere:nothing")])
    dues = [len(clock.due(NOON + timedelta(minutes=m))) for m in (0, 1, 59, 60, 61, 130)]
    assert dues == [1, 0, 0, 1, 0, 1]


def test_an_event_in_a_closed_house_is_like_closed_days() -> None:
    plain = CalendarDay(
        day=date(2026, 5, 3),
        open_hours=6.0,
        holiday=None,
        school_holiday=None,
        events=(),
        event_hours=0.0,
        temperature_c=None,
        precipitation_mm=None,
    )
    closed, holiday = replace(plain, open_hours=0.0), replace(plain, holiday="May Day")
    monday = replace(plain, day=date(2026, 5, 4))
    assert len({event_effects.kind(day) for day in (plain, closed, holiday, monday)}) == 4
    assert event_effects.kind(closed) == event_effects.kind(replace(closed, day=date(2026, 5, 10)))
