"""Charts and words of what is to be expected."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model.forecast import Expected, ExpectedTotal, Outlook
from besok.model.views.forecast import Record, Scored
from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint
from dashboard.components import forecast_accuracy, target_summary
from dashboard.figures import forecast as figures

DAY = timedelta(days=1)
FIRST = date(2025, 1, 1)
COMING = tuple(
    Expected(day=date(2026, 11, 25) + n * DAY, mean=100, low80=80, high80=120, low95=60, high95=140)
    for n in range(60)
)
OUTLOOK = Outlook(
    origin=date(2026, 11, 24), made=datetime(2026, 11, 25, 3, tzinfo=UTC), afterwards=False, measure="gross",
    model="test", goal=73_000, deadline=date(2030, 12, 31), odds=0.42, even_from=None, likely_from=None,
    needed_growth=0.1, expected_growth=0.05, days=COMING, years=COMING,
    totals=(
        ExpectedTotal(
            first=COMING[0].day, last=COMING[27].day, mean=2800, low80=2500, high80=3100, low95=1, high95=2
        ),
    ),
)  # fmt: skip
WAY = Progress(
    site="lib", today=date(2026, 11, 25), until=date(2026, 11, 24),
    baseline_first=FIRST, baseline_last=date(2025, 12, 31),
    baseline_visits=36_500, factor=2.0, deadline=date(2030, 12, 31), goal_visits=73_000, last_365=40_000,
    baseline_coverage=1.0, coverage_365=1.0, growth=0.1,
    needed_growth=0.15, measure="gross",
)  # fmt: skip


def visits(days: int, value: float | None = 10.0) -> list[VisitPoint]:
    return [
        VisitPoint(day=FIRST + n * DAY, gross=value, net=value, coverage=1.0, imputed=0.0)
        for n in range(days)
    ]


def scored(truth: float | None, observed: float = 1.0) -> Scored:
    return Scored(origin=FIRST, made=datetime(2025, 1, 2, tzinfo=UTC), afterwards=True, model="test", first=FIRST + DAY,
                  last=FIRST + 28 * DAY, mean=280, low80=250, high80=310, low95=200, high95=350, observed=observed,
                  truth=truth)  # fmt: skip


def texts(part: object) -> str:
    """All text of a component."""
    children = getattr(part, "children", part)
    if isinstance(children, list | tuple):
        return " ".join(texts(child) for child in children)
    return texts(children) if hasattr(children, "children") else str(children or "")


def test_the_running_year_fills_holes_with_the_mean_and_says_nothing_of_what_is_mostly_unknown() -> None:
    whole = figures.running_year(visits(400), "gross")
    assert whole[290][1] is None and whole[399][1] == pytest.approx(3650)
    holes = [replace(p, gross=None) if n % 10 == 0 else p for n, p in enumerate(visits(400))]
    assert figures.running_year(holes, "gross")[-1][1] == pytest.approx(3650)
    sparse = [replace(p, gross=None) if n % 3 == 0 else p for n, p in enumerate(visits(400))]
    assert figures.running_year(sparse, "gross")[-1][1] is None


def test_the_way_has_both_intervals_behind_the_lines_and_the_goal() -> None:
    drawn = figures.running([(FIRST, 1.0)], COMING, [(FIRST, 1.0)], 73_000)
    assert [t.name for t in drawn.data] == [
        "95 % prognosintervall",
        "80 % prognosintervall",
        "målbana",
        "prognos",
        "räknat",
    ]
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
        "Sundays have grown least.",
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
