"""The monthly report: what it says, that a job makes it, and that each subscriber gets it once, by a real server."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from pypdf import PdfReader

from besok.files import paper_page, pdf
from besok.model import sitefile
from besok.model.alerts import AlertRule
from besok.model.errors import NotFound
from besok.services.alert_handling import get_alerts
from besok.services.alerts import add_rule
from besok.services.monthly import get_monthly_report, last_month, make_monthly_report
from besok.store import alerts, backfill, results, schema, sites
from besok.store.database import Database
from besok.text.languages import speaking
from jobs import monthly_reports
from tests.commands import besok
from tests.databases import execute
from tests.store.counted import HOUSE
from tests.store.inbox import Inbox
from tests.store.test_target_of_several_sites import days, write

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MAY = date(2026, 5, 1)
MINUTE = timedelta(minutes=1)
OPENING = """[[sites.opening.exceptions]]
first = 2026-05-14
last = 2026-05-14
hours = "closed"
note = { sv = "Inventering", en = "Stocktaking" }
[sites.target]
baseline_first = 2024-01-01
baseline_last = 2024-12-31
deadline = 2030-12-31
"""


@pytest.fixture
def library(db: Database) -> Database:
    """A library with two doors and 150 visits a day for two and a half years, a fifth more in the last May."""
    sites.apply(db, sitefile.parse(HOUSE.replace("[[sites.spaces]]", f"{OPENING}[[sites.spaces]]", 1)))
    first = date(2024, 1, 1)
    front = days(first, 896, 90) | days(MAY, 31, 120)
    write(db, {("lib", "front"): front, ("lib", "back"): days(first, 896, 60)})
    return db


def subscribe(db: Database, url: str, now: datetime, **more: str) -> None:
    alerts.put_target(db, "desk", url)
    add_rule(db, AlertRule(kind="monthly_report", target="desk", author="Kim", **more), now)


def turn(db: Database, now: datetime) -> None:
    """What the jobs do every few minutes."""
    if monthly_reports.is_due(db, now):
        monthly_reports.make(db, now)
    if monthly_reports.to_send(db, now):
        monthly_reports.send(db, now)


def test_a_closed_month_is_told_on_one_page(library: Database) -> None:
    with speaking("en"):
        paper = make_monthly_report(library, "lib", MAY, NOW)
        (sheet,) = PdfReader(BytesIO(pdf.render(paper))).pages
        said, page = sheet.extract_text().replace("\n", " ").replace("\xa0", " "), paper_page.page(paper)
    for part in (
        "Library: May 2026",
        "5,580 visits in May 2026.",
        "Thu 14 May: Stocktaking (closed).",
        "+20 %",
    ):
        assert part in said and part in page.replace("\xa0", " ")
    for month in (date(2026, 6, 1), date(2027, 1, 1), date(2026, 5, 2)):
        with pytest.raises(NotFound, match="is not over; the last one is 2026-05"):
            make_monthly_report(library, "lib", month, NOW)
    with pytest.raises(NotFound, match="nobody was counted in 2023-05"):
        make_monthly_report(library, "lib", date(2023, 5, 1), NOW)


def test_names_are_text_on_the_page() -> None:
    paper = pdf.Paper(
        title="<script>x</script>", subtitle="<b>", figures=[("<i>", "&")], lead=["<u>"], curve=None,
        sections=[("<s>", ["<q>"])], sources="<p", language="en", page="http://<em",
    )  # fmt: skip
    page = paper_page.page(paper)
    assert not any(tag in page for tag in ("<script>", "<i>", "<u>", "<s>", "<q>", "<p<", "<em"))


def test_a_job_makes_it_once_the_month_is_over(library: Database) -> None:
    first = datetime(
        2026, 5, 31, 22, 30, tzinfo=UTC
    )  # half past midnight on 1 June, and not yet a business day
    assert last_month(sites.load(library, "lib"), first) < MAY
    monthly_reports.make(library, NOW)
    assert not monthly_reports.is_due(library, NOW)
    kept = results.read(library, "lib", results.MONTHLY, dict[str, pdf.Paper], date(2026, 5, 31))
    assert kept and kept.keys() == {"sv", "en"}
    with speaking("sv"):
        assert get_monthly_report(library, "lib", MAY, NOW, "") == replace(kept["sv"], page="/progress/lib")
    assert monthly_reports.is_due(library, NOW + timedelta(days=20))


def test_none_is_sent_of_a_site_whose_history_is_being_written(library: Database) -> None:
    subscribe(library, "json://127.0.0.1:9", NOW, site="lib")
    now = datetime.now(UTC)  # noted by the database's clock
    for written in ("lib", "elsewhere"):
        run = backfill.Run(digest="test", sites=[written])
        run.advance(library, MAY)
        assert monthly_reports.to_send(library, now) == (written != "lib")
        run.finish(library)
    assert monthly_reports.to_send(library, now)


def test_a_mail_leads_to_the_page_and_reads_as_text(
    library: Database, inbox: tuple[Inbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, url = inbox
    subscribe(library, url.removesuffix("&format=text"), NOW, site="lib")
    monkeypatch.setenv("BESOK_PUBLIC_URL", "http://besok-server/")
    turn(library, NOW)
    assert '<a href="http://besok-server/progress/lib">' in taken.pages[0]
    assert "5 580 besök" in taken.bodies[0].replace("\xa0", " ")
    assert "http://besok-server/progress/lib" in PdfReader(BytesIO(taken.files[0][1])).pages[0].extract_text()


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_a_subscriber_gets_it_once_from_several_workers(library: Database, inbox: tuple[Inbox, str]) -> None:
    taken, url = inbox
    subscribe(library, url, NOW, site="lib")
    monthly_reports.make(library, NOW)
    barrier = Barrier(2)

    def work(_: int) -> None:
        barrier.wait()
        for _turn in range(2):
            turn(library, NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert taken.subjects == ["Bibblan: maj 2026"]
    assert "5 580" in taken.bodies[0].replace("\xa0", " ")
    ((name, content),) = taken.files
    assert name == "lib-2026-05.pdf" and len(PdfReader(BytesIO(content)).pages) == 1
    (sent,) = alerts.deliveries(library)
    assert (sent.target, sent.problem) == ("desk", None)
    assert get_alerts(library, "lib", NOW, timedelta(days=1)) == []  # it is not an alert
    turn(library, NOW + timedelta(days=10))
    assert len(taken.subjects) == 1
    turn(library, NOW + timedelta(days=18))
    assert taken.subjects[1:] == ["Bibblan: juni 2026"]


@pytest.mark.parametrize("change", ["removed", "moved", "ended"])
def test_an_address_or_rule_that_is_removed_while_reports_are_sent_gets_no_more(
    library: Database, inbox: tuple[Inbox, str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    taken, url = inbox
    subscribe(library, url, NOW)
    rule = AlertRule(kind="monthly_report", site="lib", target="desk", author="Kim")
    second = add_rule(library, rule, NOW)
    monthly_reports.make(library, NOW)
    deliver = monthly_reports.deliver

    def slow(*message: Any) -> str | None:
        monkeypatch.undo()
        if change == "ended":
            alerts.remove_rule(library, second, NOW)
        elif change == "moved":
            alerts.put_target(library, "desk", f"{url}&name=other")
        else:
            alerts.remove_target(library, "desk", NOW)
        return deliver(*message)

    monkeypatch.setattr(monthly_reports, "deliver", slow)
    monthly_reports.send(library, NOW)
    assert len(taken.subjects) == 1
    assert monthly_reports.to_send(library, NOW) is (change == "moved")


def test_what_is_refused_is_sent_later(library: Database, inbox: tuple[Inbox, str]) -> None:
    taken, url = inbox
    subscribe(library, url, NOW)
    taken.refuses = True
    turn(library, NOW)
    taken.refuses = False
    turn(library, NOW)  # not yet
    assert taken.subjects == []
    turn(library, NOW + 2 * MINUTE)
    assert len(taken.subjects) == 1 and len(alerts.deliveries(library)) == 2


def test_the_command_writes_both_forms_and_refuses_others(
    library: Database, database_url: str, tmp_path: Path
) -> None:
    for name in ("may.doc", "may"):
        done = besok(
            database_url, "report", "monthly", "lib", "--month", "2026-05", "-o", str(tmp_path / name)
        )
        assert done.exit_code == 2 and ".pdf" in done.output
    assert list(tmp_path.iterdir()) == []
    for name, begins in (("may.PDF", b"%PDF"), ("may.html", b"<!DOCTYPE html>")):
        written = tmp_path / name
        done = besok(database_url, "report", "monthly", "lib", "--month", "2026-05", "-o", str(written))
        assert done.exit_code == 0, done.output
        assert written.read_bytes().startswith(begins)
    full = tmp_path / "full.pdf"
    full.symlink_to("/dev/full")
    done = besok(database_url, "report", "monthly", "lib", "--month", "2026-05", "-o", str(full))
    assert done.exit_code != 0 and f"{full} cannot be written: No space left" in str(done.exception)


def test_a_month_in_which_nobody_was_counted_is_not_tried_again(library: Database) -> None:
    subscribe(library, "json://127.0.0.1:9", NOW, site="lib")
    later = NOW + timedelta(days=150)  # after the last count
    assert monthly_reports.to_send(library, later), "before the report is made nobody knows"
    monthly_reports.make(library, later)
    assert not monthly_reports.to_send(library, later)


def test_quiet_hours_of_earlier_versions_that_hold_nothing_back_are_gone(db: Database) -> None:
    subscribe(db, "json://desk.example.se", NOW)
    execute(db, "update alert_rule set quiet_from = '22:00', quiet_to = '07:00'")
    (upgrade,) = [text for name, text, _ in schema.scripts("migrations") if name == "0058_reports_unquiet"]
    execute(db, upgrade)
    (rule,) = alerts.rules(db)
    assert (rule.kind, rule.quiet_from, rule.quiet_to) == ("monthly_report", None, None)
