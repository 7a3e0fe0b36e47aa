"""Charts and words of what is to be expected."""

from dataclasses import replace

import pytest

from besok.model.views.forecast import Record
from besok.model.views.series import VisitPoint
from besok.services.visits import running_year
from dashboard.components import forecast_accuracy, target_summary
from dashboard.figures import forecast as figures
from dashboard.figures.style import DESK, NOW
from tests.unit.on_the_way import COMING, DAY, FIRST, OUTLOOK, WAY, scored, texts


def visits(days: int, value: float | None = 10.0) -> list[VisitPoint]:
    return [
        VisitPoint(day=FIRST + n * DAY, gross=value, net=value, coverage=1.0, imputed=0.0)
        for n in range(days)
    ]


def test_the_running_year_fills_holes_with_the_mean_and_says_nothing_of_what_is_mostly_unknown() -> None:
    whole = running_year(visits(400), "gross")
    assert whole[290][1] is None and whole[399][1] == pytest.approx(3650)
    holes = [replace(p, gross=None) if n % 10 == 0 else p for n, p in enumerate(visits(400))]
    assert running_year(holes, "gross")[-1][1] == pytest.approx(3650)
    sparse = [replace(p, gross=None) if n % 3 == 0 else p for n, p in enumerate(visits(400))]
    assert running_year(sparse, "gross")[-1][1] is None


def test_the_way_has_both_intervals_behind_the_lines_and_the_goal() -> None:
    drawn = figures.running([(FIRST, 1.0)], COMING, [(FIRST, 1.0)], 73_000)
    assert [t.name for t in drawn.data] == [
        "95\xa0%",
        "80\xa0%",
        "målbana",
        "prognos",
        "räknat",
    ]
    assert [t.line.color for t in drawn.data[:2] if t.line.width] == [NOW, NOW], "edges, for the dark theme"
    assert [t.meta for t in drawn.data[:2]] == [DESK, None], "a phone has room for two edges"
    assert drawn.data[1].y[0] == 120 and drawn.data[1].y[-1] == 80 and len(drawn.data[1].x) == 120
    assert [shape.y0 for shape in drawn.layout.shapes] == [73_000]
    assert not figures.running([], (), [], None).data


def test_a_record_tells_held_from_missed_by_form_and_colour() -> None:
    drawn = figures.record([scored(300), scored(400)])
    bars, held, missed = drawn.data
    assert (bars.base[0], bars.y[0]) == (250, 60)
    assert (list(held.y), list(missed.y)) == ([300], [400]) and held.marker.symbol != missed.marker.symbol


@pytest.mark.usefixtures("english")
def test_the_answer_says_the_probability_and_what_follows() -> None:
    said = texts(target_summary.panel(WAY, "Library", OUTLOOK, {6: 0.8, 0: 1.2}))
    for part in (
        "42\u00a0%",
        "probability of 2.0 × by 31 Dec 2030",
        "Grown least: Sundays.",
        "Growth needed: ",
    ):
        assert part in said
    assert "probability of" not in texts(target_summary.panel(WAY, "Library", replace(OUTLOOK, odds=None)))
    records = [
        Record(
            days=28,
            model="test",
            afterwards=True,
            made=2,
            held=1,
            right_low=1,
            right_high=2,
            error=0.1,
            bias=-0.02,
        )
    ]
    told = texts(forecast_accuracy.section("lib", [scored(300), scored(400)], records))
    for part in (
        "Interval coverage: in 1 of 2 forecasts recomputed afterwards",
        "1 (50\u00a0%)",
        "Made afterwards",
        "test",
        "−2.0\u00a0%",
    ):
        assert part in told
    unjudged = texts(forecast_accuracy.section("lib", [scored(300), scored(400)], []))
    assert "Too few forecasts" in unjudged and "In the interval" not in unjudged
    assert "No forecast is old enough" in texts(
        forecast_accuracy.section("lib", [scored(300, observed=0.5)], [])
    )
