"""What the pages say of how spaces were used and of counts beside sensors, in words."""

from dataclasses import replace

import pytest

from besok.analytics import usage
from besok.analytics.usage import DayUse
from besok.model.site import Text
from besok.model.validation import Advice
from besok.model.views.series import SpaceUsage, VisitPoint
from dashboard.components import space_usage, validation_counts
from tests.unit.on_the_way import texts
from tests.unit.test_usage import day

pytestmark = pytest.mark.usefixtures("english")

DAY = day(open_known_hours=9.0, open_person_hours=270.0)


def told(seats: int | None, capacity: int | None, *days: DayUse) -> str:
    name = Text(sv="Läsrum", en="Reading room")
    use = usage.usage(days, seats=seats, capacity=capacity)
    found = SpaceUsage(space="room", name=name, seats=seats, capacity=capacity, usage=use)
    return texts(space_usage.section(found, "Europe/Stockholm", doors=True))


def test_each_figure_comes_with_its_interval_and_what_it_rests_on() -> None:
    text = told(60, 90, DAY, DAY)
    for said in (
        "Mean dwell time 48 (44–52) min over 2 whole days, each entry is a stay",
        "90\u00a0% of the open hours were measured",
        "Peak 45 (40–50)", "Seat occupancy 50\u00a0% (", "of 60 seats", "Peak utilisation 50\u00a0% (44–56\u00a0%)",
        "Visits per seat and open hour 0.67 (", "Mean occupancy while open 30 (",
    ):  # fmt: skip
        assert said in text


def test_a_door_that_is_offline_is_not_told_as_measured() -> None:
    said = "90\u00a0% of the open hours are known; all doors were counted 40\u00a0% of the time"
    assert said in told(60, 90, replace(DAY, coverage=0.4, over=False))


def test_the_peak_has_the_interval_that_stands_beside_the_curve() -> None:
    vague = replace(DAY, peak_lower=40.4, peak_upper=50.3)
    assert "Peak 45 (40–51)" in told(None, 90, vague)


def test_what_is_not_stated_is_not_shown_and_what_cannot_be_told_says_why() -> None:
    text = told(None, None, DAY)
    assert (
        "seat" not in text.replace("not who sits", "")
        and "Utilisation" not in text
        and "Visits 400 (" in text
    )
    assert "Known once a day is over." in told(None, None, replace(DAY, over=False, open_known_hours=0.0))


def test_the_next_count_and_the_mark_of_corrected_visits() -> None:
    advice = Advice(
        portal="main", weekday=2, hour=16, expected=74.6, gain=0.6, margin_now=0.05, margin_after=0.021
    )
    assert validation_counts.next_count([advice], {"main": "Main door"}) == (
        "Count next: Main door, Wednesday between 16:00 and 17:00. About 75 people go in there in a quarter "
        "of an hour, and the uncertainty of visits falls from ±5.0\u00a0% to ±2.1\u00a0%."
    )
    assert validation_counts.next_count([], {}) == "Another count would add almost nothing now."
    assert "No one was counted entering" in validation_counts.next_count([], {}, 0.0)
    points = [
        VisitPoint(day=DAY.day, gross=n, net=n, coverage=1, imputed=0, corrected=c)
        for n, c in ((1100, 100), (900, 0))
    ]
    assert "by 100 (+5.3\u00a0%)" in texts(validation_counts.corrected_note("lib", points))
    assert validation_counts.corrected_note("lib", points[1:]) == []
