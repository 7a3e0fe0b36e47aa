"""The paper for the council: one page, from what the page *Progress* says, or a refusal that says what is missing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from besok.files import pdf
from besok.model import sitefile
from besok.model.errors import NotFound
from besok.services.council import get_council_paper, make_council_paper
from besok.services.progress import get_progress
from besok.store import actions, effects, forecasts, results, sites
from besok.store.database import Database
from besok.store.rollup import rebuild_days
from besok.text import formats, target_text
from besok.text.languages import speaking
from jobs import results as jobs
from tests.store.counted import HOUSE
from tests.store.test_actions import CHAIRS
from tests.store.test_forecasts import said
from tests.store.test_target_of_several_sites import days, write

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
FIRST, YESTERDAY, TODAY = date(2024, 1, 1), date(2026, 6, 14), date(2026, 6, 15)
TARGET = "[sites.target]\nbaseline_first = 2024-01-01\nbaseline_last = 2024-12-31\ndeadline = 2030-12-31\n"


def text_of(paper: pdf.Paper) -> str:
    (page,) = PdfReader(BytesIO(pdf.render(paper))).pages
    return page.extract_text().replace("\n", " ").replace("\xa0", " ")


def count(db: Database) -> None:
    doors = {("lib", "front"): 90, ("lib", "back"): 60}
    write(db, {door: days(FIRST, (TODAY - FIRST).days, n) for door, n in doors.items()})


def test_one_page_says_what_the_page_says(db: Database) -> None:
    text = HOUSE.replace("[[sites.spaces]]", f"{TARGET}[[sites.spaces]]", 1)
    sites.apply(db, sitefile.parse(text))
    with pytest.raises(NotFound, match="needs a year of visits and a baseline"):
        make_council_paper(db, "lib", NOW)
    count(db)
    way = get_progress(db, "lib", TODAY)
    for language in ("sv", "en"):
        with speaking(language):
            said = text_of(make_council_paper(db, "lib", NOW))
            assert formats.number(way.last_365).replace("\xa0", " ") in said
            for part in (target_text.verdict(way), target_text.baseline(way), target_text.needed(way)):
                assert part.replace("\xa0", " ") in said
    assert "Simulated data" not in said and "Library: on the way to 2 × the visits" in said
    sites.apply(db, sitefile.parse(text.replace('id = "lib"', 'id = "lib"\nsandbox = true', 1)))
    count(db)
    with speaking("en"):
        said = text_of(get_council_paper(db, "lib", NOW, "http://besok-server"))
    assert "Simulated data: no real people" in said and "Besök, http://besok-server/progress/lib" in said


def none_is_made(*asked: object) -> pdf.Paper:
    pytest.fail(f"A paper is made although one is stored: {asked[1:]}")


def test_a_job_stores_it_until_something_that_it_says_changes(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.apply(db, sitefile.parse(HOUSE.replace("[[sites.spaces]]", f"{TARGET}[[sites.spaces]]", 1)))
    count(db)

    for change in (
        lambda: actions.put(db, [CHAIRS], "anna", NOW),
        lambda: effects.put_action_effects(db, "lib", [], YESTERDAY),
        lambda: forecasts.keep(db, "lib", said(YESTERDAY, 50_000, 60_000)),
        lambda: actions.remove(db, "lib", CHAIRS.id, "anna", NOW),
    ):
        jobs.compute_missing(db, NOW)
        assert not jobs.is_due(db, NOW)
        with monkeypatch.context() as patch:
            patch.setattr("besok.services.council.make_council_paper", none_is_made)
            for language in ("sv", "en"):
                with speaking(language):
                    stored = get_council_paper(db, "lib", NOW, "")
                    assert stored.language == language
        change()
        assert results.COUNCIL in results.missing(db, "lib", YESTERDAY)
    made = make_council_paper(db, "lib", NOW)
    assert get_council_paper(db, "lib", NOW, "") == replace(made, page="/progress/lib")
    jobs.compute_missing(db, NOW)
    with db.transaction() as conn:  # late readings
        rebuild_days(conn, 1)
    assert results.COUNCIL in results.missing(db, "lib", YESTERDAY)


def test_a_paper_with_much_to_say_is_still_one_page() -> None:
    long = [f"{n}: " + "Fler stolar & bord <i>i läsesalen</i>. " * 6 for n in range(40)]
    paper = pdf.Paper(
        title="Å" * 300, subtitle="", figures=[("1", "x" * 400)] * 4, lead=long, curve=None,
        sections=[("Vad", long)], sources="s " * 900, language="sv",
    )  # fmt: skip
    text = text_of(paper)
    assert "<i>i läsesalen</i>" in text and "1 (1)" in text
