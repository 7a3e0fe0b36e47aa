"""The annual figure from a database with all that a real year has, and the same number from the raw readings."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from besok.model import sitefile
from besok.model.errors import NotFound
from besok.model.readings import Reading
from besok.services.annual import compute_annual, get_annual_report
from besok.services.visits import get_visits
from besok.store import sites
from besok.store.database import Database
from besok.store.rollup import rebuild_days
from besok.store.write import Batch, Incoming, write
from besok.text import formats
from cli.terminal import annual as terminal
from cli.terminal.tables import json_text
from dashboard.pages.progress import national_statistics
from tests.databases import execute, undone
from tests.store.counted import HOUSE

SITE = HOUSE.replace('"always"', '"08:00-20:00"').replace(
    "[[sites.spaces]]",
    """[[sites.visits]]
first = 2020-01-01
[[sites.visits.deductions]]
kind = "through"
share = 0.1
portals = ["front"]
[[sites.visits.deductions]]
kind = "staff"
per_day = 3
[[sites.spaces]]""",
    1,
)
FIRST, DAYS = date(2025, 10, 1), 92  # to the end of the year, with the day of 25 hours
TODAY = date(2026, 2, 1)


def fill(db: Database, silent: tuple[int, int]) -> None:
    """The front door sends counts of 40 minutes, the back door totals each 21 minutes that are reset now and then."""
    sites.apply(db, sitefile.parse(SITE), now=datetime(2025, 9, 1, tzinfo=UTC))
    rng = np.random.default_rng(1)
    found: list[Reading] = []
    total = 0.0
    for n in range(DAYS):
        noon = datetime(2025, 10, 1, 6, tzinfo=UTC) + timedelta(days=n)
        if not silent[0] <= n < silent[1]:
            for step in range(1, 20):
                at = noon + timedelta(minutes=40 * step + 5)
                found.append(reading("front", "in", float(rng.poisson(8)), at, 2400))
        for step in range(37):
            total = 0.0 if n % 30 == 29 and step == 20 else total + float(rng.poisson(3))
            if step % 12 != 11:  # a longer gap now and then
                found.append(reading("back", "out_total", total, noon + timedelta(minutes=21 * step), 0))
    for start in range(0, len(found), 4000):
        lot = found[start : start + 4000]
        write(db, Batch(readings=[Incoming(reading=r, received=r.time or noon) for r in lot]))


def reading(device: str, metric: str, value: float, at: datetime, period_s: float) -> Reading:
    return Reading(
        source="native",
        device=f"lib/{device}",
        channel="flow:1",
        metric=metric,
        value=value,
        time=at,
        period_s=period_s,
    )


@pytest.fixture(scope="module", params=[(20, 24)])
def year(
    prepared: psycopg.Connection[Any], request: pytest.FixtureRequest
) -> Iterator[psycopg.Connection[Any]]:
    """The library with its readings; on the days of the parameter the front door sends none."""
    with undone(prepared) as db:
        fill(db, request.param)
        yield prepared


@pytest.fixture
def db(year: psycopg.Connection[Any]) -> Iterator[Database]:
    with undone(year) as db:
        yield db


never_silent = pytest.mark.parametrize("year", [(0, 0)], indirect=True)


def test_the_figure_and_its_chain_of_evidence(db: Database) -> None:
    turned = SITE.replace(
        'device = "back"\nportal = "back"\nswapped = true', 'device = "back-2"\nportal = "back"'
    )
    sites.apply(db, sitefile.parse(turned), now=datetime(2025, 12, 15, 12, tzinfo=UTC))
    r = compute_annual(db, "lib", 2025, TODAY, verify=True)
    counted = get_visits(db, "lib", date(2025, 1, 1), date(2025, 12, 31), "month")
    assert r.gross_counted == sum(p.gross or 0 for p in counted)
    assert r.net_counted == pytest.approx(sum(p.net or 0 for p in counted))
    assert r.verification and r.verification.same, r.verification
    assert r.verification.readings > 4_000
    assert (r.gross, r.net) == (r.verification.gross, r.verification.net)
    assert r.besok01 == round(r.net or 0) and r.low and r.high and r.low < (r.net or 0) < r.high
    assert (r.days, r.days_missing, r.complete) == (365, 365 - DAYS, True)
    assert r.missing[0] == date(2025, 1, 1) and len(r.missing) == r.days_missing
    front, back = r.doors
    assert [s.device for s in back.sensors] == ["lib/back", "lib/back-2"]
    assert back.sensors[0].ended == datetime(2025, 12, 15, 12, tzinfo=UTC)
    assert front.days_missing == r.days_missing + 4
    assert any("estimated" in remark for remark in r.remarks)
    text = terminal.as_text(r)
    for word in (
        "Besok01",
        "\n  missing: 2025-01-01 to 2025-09-30\n",
        "kind through",
        "lib/back-2",
        "the same",
    ):
        assert word in text
    assert json.loads(json_text([r]))[0]["besok01"] == r.besok01
    # a bucket that is not what its readings are
    execute(
        db,
        "update flow_bucket set people_in = people_in + 5, people_out = people_out + 5"
        " where bucket = (select min(bucket) from flow_bucket)",
    )
    wrong = compute_annual(db, "lib", 2025, TODAY, verify=True)
    assert wrong.verification and not wrong.verification.same
    assert {told.split()[1] for told in wrong.verification.different} == {"2025-10-01"}


def test_where_there_is_no_figure_nothing_of_it_is_estimated(db: Database) -> None:
    text = terminal.as_text(get_annual_report(db, "lib", 2025, date(2025, 11, 1)))
    assert "fewer than 60 days were observed" in text
    assert "What is missing is estimated" not in text


def test_the_page_tells_last_years_figure_where_there_is_one(db: Database) -> None:
    lib = sites.load(db, "lib")
    report = get_annual_report(db, "lib", 2025, TODAY)
    (section,) = national_statistics.section(db, lib, TODAY)
    assert f"{formats.number(report.besok01)}, 95 % osäkerhetsintervall" in section.children[1].children
    assert national_statistics.section(db, lib, date(2025, 12, 31)) == []  # nobody counted in 2024
    assert national_statistics.section(db, replace(lib, kind="park"), TODAY) == []


def test_a_sensor_that_took_anothers_place_was_not_missing_before(db: Database) -> None:
    whole = get_annual_report(db, "lib", 2025, TODAY)
    turned = SITE.replace('device = "front"', 'device = "front-2"')
    sites.apply(db, sitefile.parse(turned), now=datetime(2025, 12, 29, 12, tzinfo=UTC))
    write(db, Batch(readings=[Incoming(reading=r, received=r.time) for r in (  # as usual, from the 30th on
        reading("front-2", "in", 8.0, datetime(2025, 12, 30 + n, 6, 5, tzinfo=UTC) + timedelta(minutes=40 * step), 2400)
        for n in range(2) for step in range(1, 20))]))  # fmt: skip
    r = compute_annual(db, "lib", 2025, TODAY, verify=True)
    front, before = r.doors[0], whole.doors[0]
    assert [s.device for s in front.sensors] == ["lib/front", "lib/front-2"] and front.sensors[
        1
    ].placed is None
    assert (front.days_missing, front.days_whole) >= (before.days_missing, before.days_whole - 3)
    assert front.estimated == pytest.approx(before.estimated, rel=0.05) and r.gross == pytest.approx(
        whole.gross, rel=0.01
    )
    assert r.verification and r.verification.same


@never_silent
@pytest.mark.parametrize(
    ("last", "taken_out"),
    [(date(2026, 1, 20), True), (date(2025, 12, 15), True), (date(2025, 12, 15), False)],
)
def test_a_door_that_is_counted_no_more_keeps_what_it_counted_and_is_not_missed(
    db: Database, last: date, *, taken_out: bool
) -> None:
    plain = get_annual_report(db, "lib", 2025, TODAY)
    back = SITE[SITE.rindex("[[sites.portals]]") : SITE.index("[[sites.sensors]]")]
    text = SITE[: SITE.rindex("[[sites.sensors]]")].replace(
        back, "" if taken_out else back + "counted = false\n"
    )
    sites.apply(db, sitefile.parse(text), now=datetime(last.year, last.month, last.day, 23, tzinfo=UTC))
    r = compute_annual(db, "lib", 2025, TODAY, verify=True)
    assert r.verification and r.verification.same, r.verification.different
    unseen = max((date(2025, 12, 31) - last).days, 0) / DAYS * plain.doors[1].counted
    assert (
        r.gross
        and plain.gross
        and r.gross == pytest.approx(plain.gross - unseen, rel=0.01 if unseen else 1e-9)
    )


def test_a_silent_door_that_was_filled_in_is_still_verified(db: Database) -> None:
    plain = get_annual_report(db, "lib", 2025, TODAY)
    # as the duty for silent doors leaves it
    execute(
        db,
        "insert into imputed_flow (channel_id, bucket, people_in, people_out, spread, covered_s)"
        " select channel_id, bucket, 7, 6, 1, 0 from placement join portal using (portal_id),"
        " generate_series(timestamptz '2025-10-21 08:00Z', '2025-10-24 16:00Z', '15 minutes') as bucket"
        " where slug = 'front' and role = 'primary' and extract(hour from bucket) between 7 and 17",
    )
    r = compute_annual(db, "lib", 2025, TODAY, verify=True)
    shown = get_visits(db, "lib", date(2025, 1, 1), date(2025, 12, 31), "month")
    assert sum(p.gross or 0 for p in shown) > r.gross_counted + 900
    assert r.verification and r.verification.same, r.verification.different
    assert (r.gross, r.net, r.se) == (plain.gross, plain.net, plain.se)


@never_silent
def test_a_year_that_goes_on_and_one_that_was_not_counted(db: Database) -> None:
    r = get_annual_report(db, "lib", 2025, date(2025, 12, 25))
    assert (r.last, r.complete, r.besok01) == (date(2025, 12, 24), False, None)
    assert any("not over" in remark for remark in r.remarks)
    empty = compute_annual(db, "lib", 2024, TODAY, verify=True)
    assert (empty.days, empty.complete, empty.gross, empty.besok01) == (366, False, None, None)
    assert (empty.gross_counted, empty.net_counted) == (None, None)  # what is missing is never zero
    assert empty.remarks == ("nothing was counted in 2024: no sensor was heard on any of its days",)
    assert empty.verification and empty.verification.same
    for site, year in (("lib", 2027), ("nowhere", 2025)):
        with pytest.raises(NotFound):
            get_annual_report(db, site, year, TODAY)


def test_without_a_site_no_year_is_reported(shared_database: psycopg.Connection[Any]) -> None:
    with undone(shared_database) as empty, pytest.raises(NotFound, match="no site yet"):
        terminal.reports(empty, None, 2025, datetime(2026, 2, 1, 12, tzinfo=UTC), verify=False)


@never_silent
def test_a_site_that_nobody_counts_does_not_keep_the_others_from_their_year(db: Database) -> None:
    now = datetime(2026, 2, 1, 12, tzinfo=UTC)
    bare = HOUSE[: HOUSE.index("[[sites.portals]]")].replace('"lib"', '"yard"')
    sites.apply(db, sitefile.parse(bare), now=datetime(2025, 9, 1, tzinfo=UTC))
    found, left_out = terminal.reports(db, None, 2025, now, verify=False)
    assert [report.site for report in found] == ["lib"] and "yard has no counted door" in left_out[0]
    for site, year, said in (
        ("yard", 2025, "no counted door"),
        ("nowhere", 2025, "no site"),
        (None, 2027, "is over yet"),
    ):
        with pytest.raises(NotFound, match=said):
            terminal.reports(db, site, year, now, verify=False)


@never_silent
def test_a_correction_is_in_the_figure_with_its_author_and_its_error(db: Database) -> None:
    plain = get_annual_report(db, "lib", 2025, TODAY)
    known = {"sd": 0.004, "accuracy": 0.8}
    with db.transaction() as conn:
        conn.execute(
            "insert into calibration (portal_id, channels, proposed, proposed_by, factor_in, factor_out, evidence,"
            " decision, decided, decided_by, decided_why, valid)"
            " select portal_id, array_agg(channel_id), now(), 'Robin', 1.25, 1.25, %s,"
            " 'accepted', now(), 'Kim', 'low lens', tstzrange(null, null)"
            " from placement join portal using (portal_id) where slug = 'front' group by portal_id",
            (json.dumps({"in": known, "out": known}),),
        )
        rebuild_days(conn, conn.execute("select site_id from site").fetchone()[0])  # type: ignore[index]
    r = compute_annual(db, "lib", 2025, TODAY, verify=True)
    front, before = r.doors[0], plain.doors[0]
    assert front.counted == pytest.approx(1.25 * before.counted) and front.corrected == pytest.approx(
        0.2 * front.counted
    )
    assert r.verification and r.verification.same, r.verification
    (correction,) = r.corrections
    assert (correction.author, correction.reason, correction.error_in) == (
        "Kim",
        "low lens",
        pytest.approx(0.005),
    )
    assert r.se_counting < 0.02 * (front.counted + front.estimated)
    assert "author Kim, reason low lens" in terminal.as_text(r)
