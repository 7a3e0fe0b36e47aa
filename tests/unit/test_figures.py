from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from besok.model.calendar_entries import Weather
from besok.model.site import Sensor, Text, VisitDefinition
from besok.model.views.calendar import ActionInfo
from besok.model.views.progress import Progress
from besok.model.views.series import HeatCell, OccupancyPoint, VisitPoint
from besok.services import days
from besok.text import target_text
from dashboard.components import monthly_visits, occasions
from dashboard.figures import heat, occupancy, progress, strips
from dashboard.figures import target_trajectory as trajectory
from dashboard.figures.style import NOW
from tests.small_sites import house, week
from tests.unit.on_the_way import DAY, WAY

SITE = house(week("08:00-20:00"))
START = datetime(2026, 11, 25, 8, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def point(n: int, people: float | None, spread: float | None = None) -> OccupancyPoint:
    low, high = (None, None) if people is None or spread is None else (people - spread, people + spread)
    return OccupancyPoint(
        space="hall", start=START + n * QUARTER, people=people, lower=low, upper=high, raw=people, peak=people,
        peak_lower=low, peak_upper=high, basis="doors", reason=None, final=True,
    )  # fmt: skip


def drawn(points: list[OccupancyPoint], before: list[OccupancyPoint], capacity: int | None) -> go.Figure:
    lines = [line("I dag", points), *([line("en vecka före", before, 7 * DAY)] if before else [])]
    return occupancy.figure(lines, capacity=capacity, axis="personer")


def line(name: str, points: list[OccupancyPoint], shift: timedelta = timedelta()) -> occupancy.Line:
    return occupancy.Line(name=name, points=points, zone="Europe/Stockholm", colour=NOW, shift=shift)


def test_occupancy_has_line_interval_comparison_and_limit() -> None:
    before = [replace(point(0, 3), start=START - 7 * DAY)]
    figure = drawn([point(0, 4, 1), point(1, None), point(2, 6, 2)], before, capacity=10)
    names = [trace.name for trace in figure.data]
    assert names == ["80 % osäkerhetsintervall", "en vecka före", "I dag"]
    band, dotted, line = figure.data
    assert list(band.y) == [5, 3, None, 8, 4, None]  # two outlines with nothing between them
    assert list(line.y) == [4, None, 6]  # what is not known stays a gap
    assert list(line.customdata) == ["(3–5)", "", "(4–8)"]  # said when one points at it
    assert line.x[0].isoformat() == "2026-11-25T09:00:00"  # the wall clock of the site
    assert dotted.x[0] == line.x[0] and dotted.line.dash == "dot"
    assert list(dotted.customdata) == [""]
    assert [shape.y0 for shape in figure.layout.shapes] == [10]


def test_lines_are_named_at_their_ends_and_never_over_one_another() -> None:
    many = [
        line(name, [point(0, 5), point(1, 9 + n)]) for n, name in enumerate(("Läsesalen", "Kafé", "Hörsalen"))
    ]
    figure = occupancy.figure(many, capacity=None, axis="personer")
    names = sorted(figure.layout.annotations, key=lambda one: one.y)
    assert [one.text.rpartition(" ")[2] for one in names] == ["Läsesalen", "Kafé", "Hörsalen"]
    assert all(b.y - a.y > 0.5 for a, b in pairwise(names)) and names[-1].y <= figure.layout.yaxis.range[1]
    assert not any(trace.showlegend for trace in figure.data if trace.mode == "lines")


def test_the_name_of_a_line_leaves_room_for_the_interval() -> None:
    points = [point(0, 40), replace(point(1, 100), lower=70.0, upper=130.0)]
    figure = occupancy.figure([line("I dag", points)], capacity=None, axis="personer")
    top = figure.layout.yaxis.range[1] if figure.layout.yaxis.range else None
    assert top is None or top >= 130, "the interval is cut off"


def test_what_nobody_saw_is_marked() -> None:
    points = [point(0, 4), replace(point(1, 6), reason="silent_door")]
    figure = occupancy.figure(
        [line("I dag", points)], capacity=None, axis="personer", unmeasured=[(START, START + QUARTER)]
    )
    (ring,) = [trace for trace in figure.data if trace.mode == "markers"]
    assert list(ring.y) == [6]
    (shade,) = figure.layout.shapes
    assert (shade.x0, shade.x1, shade.name) == (START, START + QUARTER, "inte uppmätt")


def test_days_and_weather_have_strips_of_their_own() -> None:
    figure = drawn([point(0, 4), point(1, 6)], [], None)
    (day,) = days.calendar_days(
        SITE,
        START.date(),
        START.date(),
        weather={START.date(): Weather(temperature_c=4.5, precipitation_mm=1.0)},
    )
    strips.add_weather(figure, [day, replace(day, temperature_c=None)])
    happened = occasions.names_by_day([replace(day, events=("Sagostund", "Sagostund"))], SITE, [])
    strips.add_days(figure, happened)
    weather, told = figure.data[-2:]
    assert list(weather.y) == [4.5] and weather.text == ("4,5 °C, 1,0 mm",)
    assert told.text == ("Sagostund",) and told.x[0].isoformat() == "2026-11-25T12:00:00"
    domains = [figure.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    assert all(below[1] < above[0] for below, above in pairwise(domains))
    assert not occasions.names_by_day([replace(day, events=("Sagostund",))] * (occasions.MOST + 1), SITE, [])


def test_actions_sensors_and_definitions_stand_beside_the_events() -> None:
    first, second = START.date(), START.date() + DAY
    known = days.calendar_days(SITE, first, second)
    action = ActionInfo(
        action="chairs", title=Text(sv="Fler stolar", en="More chairs"), asked_by="residents", state="undone",
        asked=None, answered=None, answer=None, done_since=first, undone=second, spaces=(), weekdays=(),
        invented=False,
    )  # fmt: skip
    sensors = (Sensor(device="new", portal="front", first=second), Sensor(device="old", portal="front"))
    site = replace(SITE, sensors=sensors, visits=(VisitDefinition(first=first),))
    assert occasions.names_by_day(known, site, [action]) == {
        first: "Åtgärd: Fler stolar, Ny definition av besök",
        second: "Åtgärd avslutad: Fler stolar, Ny sensor: new",
    }


def test_occupancy_without_interval_or_comparison_and_far_from_full() -> None:
    figure = drawn([point(0, 4)], [], capacity=500)
    assert [trace.name for trace in figure.data] == ["I dag"]
    assert not figure.layout.shapes  # the line would flatten the curve


def test_a_chart_of_one_person_goes_to_five_so_that_no_tick_is_a_half() -> None:
    for capacity in (None, 1, 20):
        axis = drawn([point(0, 0), point(1, 1)], [point(0, 1)], capacity).layout.yaxis
        assert (axis.range[1] if axis.range else axis.autorangeoptions.include) >= 5, (
            "a range has the last word"
        )


def said(parts: Any) -> str:
    """The text of a cell, whatever it is made of."""
    if isinstance(parts, str):
        return parts
    return "".join(part if isinstance(part, str) else said(part.children) for part in parts)


def cell(weekday: int, hour: int, people: float) -> HeatCell:
    return HeatCell(weekday=weekday, hour=hour, people=people, lower=people * 0.8, upper=people * 1.2, days=8)


def test_heat_shows_only_the_hours_with_people_and_marks_the_unknown() -> None:
    cells = [cell(day, hour, 0) for day in range(7) for hour in range(24)]
    cells = [c for c in cells if (c.weekday, c.hour) not in ((0, 9), (1, 10), (2, 9))]
    cells += [cell(0, 9, 12), cell(1, 10, 30)]
    assert heat.hours(cells) == [9, 10]
    top = heat.busiest(cells)
    assert top and (top.weekday, top.hour) == (1, 10)
    rows = heat.table(cells, "x", {(2, 9)}).children[2].children
    quiet = ["0 (0–0)"] * 5
    assert [[said(cell.children) for cell in row.children] for row in rows] == [
        ["09", "12 (9–15)", *quiet[:1], "–", *quiet[:4]],
        ["10", *quiet[:1], "30 (24–36)", *quiet[:5]],
    ]
    assert heat.busiest([]) is None and heat.hours([]) == []


def test_heat_has_no_middle_tones() -> None:
    depths = [heat.depth(n / 100) for n in range(101)]
    assert depths == sorted(depths) and depths[0] == 0 and depths[-1] == 1
    assert not [d for d in depths if 0.45 < d < 0.75]


def way(**changes: Any) -> Progress:
    """The house on its way from 2024, ten times as large."""
    since: dict[str, Any] = {
        "baseline_first": date(2024, 1, 1), "baseline_last": date(2024, 12, 31), "baseline_visits": 380_000.0,
        "goal_visits": 760_000.0, "last_365": 412_000.0,
    }  # fmt: skip
    return replace(WAY, **since | changes)


def test_the_path_grows_evenly_from_the_baseline_to_the_goal() -> None:
    assert way().target_factor(date(2024, 12, 31)) == 1
    assert way().target_factor(date(2030, 12, 31)) == 2
    assert round(way().target_factor(date(2026, 12, 31)), 2) == 1.26


def test_a_year_on_the_path_has_what_the_path_asks() -> None:
    """The paces of 365 days add up to the multiple at the end of the year."""
    every_day = {date(2024, 1, 1) + n * DAY: 1000.0 for n in range(366)}
    days = [date(2026, 1, 1) + n * DAY for n in range(365)]
    end = trajectory.expected(way(), every_day, days)[-1][1]
    assert end is not None
    assert abs(end / 365_000 - way().target_factor(date(2026, 12, 31))) < 0.005


def test_a_day_finds_its_weekday_in_the_baseline() -> None:
    twin = trajectory.twin(date(2026, 11, 25), way())
    assert twin == date(2024, 11, 27) and twin.weekday() == date(2026, 11, 25).weekday()


def test_unobserved_days_add_nothing_and_are_not_zero() -> None:
    def visit(n: int, gross: float | None) -> VisitPoint:
        return VisitPoint(day=date(2026, 1, 1) + n * DAY, gross=gross, net=None, coverage=1, imputed=0)

    summed = trajectory.cumulative([visit(0, None), visit(1, 5), visit(2, None), visit(3, 2)], "gross")
    assert [v for _day, v in summed] == [None, 5, 5, 7]
    assert all(v is None for _d, v in trajectory.expected(way(), {}, [date(2026, 1, 1)]))


def test_where_we_stand_in_words() -> None:
    assert target_text.verdict(way()).startswith("I dag: under målbanan (−13\u00a0%)")
    assert target_text.verdict(way(last_365=480_000.0)).startswith("I dag: på målbanan")
    assert target_text.verdict(way(last_365=600_000.0)).startswith("I dag: över målbanan")
    assert "ännu inte ett helt år" in target_text.verdict(way(last_365=None))
    assert "Bara 31\u00a0% av basnivåns dagar" in target_text.verdict(way(baseline_coverage=0.31))
    assert "basnivåns dagar" not in target_text.verdict(way())


def test_the_running_month_is_hatched_and_not_judged() -> None:
    now = [100.0, None, 130.0, *[None] * 9]
    base = [90.0, 80.0, 120.0, *[100.0] * 9]
    figure = progress.months(now, base, ("2026", "basnivå 2024"), running=3)
    assert list(figure.data[1].marker.pattern.shape)[:4] == ["", "", "/", ""]
    assert monthly_visits.finding(now, base, 3, []).startswith("1 av 1 avslutade")


def test_the_year_has_three_lines_told_apart_without_colour() -> None:
    series = [(date(2026, 1, 1), 5.0)]
    figure = progress.this_year(series, series, series, (2026, 2025))
    assert [(t.name, t.line.dash) for t in figure.data] == [
        ("2025", "dot"),
        ("målbana", "dash"),
        ("2026", None),
    ]


def test_a_year_of_few_days_has_days_on_its_axis() -> None:
    def year(days: int) -> progress.Series:
        return [(date(2026, 1, 1) + n * DAY, float(n)) for n in range(days)]

    unknown = [(day, None) for day, _visits in year(300)]
    young, old = (progress.this_year(year(n), unknown, [], (2026, 2025)) for n in (25, 200))
    assert (young.layout.xaxis.dtick, old.layout.xaxis.dtick) == (None, "M1")
