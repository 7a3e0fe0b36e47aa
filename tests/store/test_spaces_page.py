"""The page *Spaces* where there is nothing to show yet."""

from datetime import UTC, datetime

from besok.model import sitefile
from besok.services.places import get_sites
from besok.store import sites
from besok.store.database import Database
from dashboard.address import Address
from dashboard.pages import spaces
from tests.store.counted import HOUSE

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def shown(db: Database, query: str) -> str:
    (site,) = get_sites(db)
    return str(spaces.page(db, site, Address.parse("/spaces/lib", query), NOW))


def test_days_to_come_are_not_taken_for_days_of_silent_sensors(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    to_come = shown(db, "?range=custom&from=2027-11-14&to=2027-11-20")
    assert "Perioden har inte börjat" in to_come and "Inget mättes här" not in to_come
    assert "Inget mättes här" in shown(db, "?range=7d")


def test_a_house_without_counts_has_no_usual_hours(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    assert "går att säga från 21 dagars räknade besök; hittills finns 0." in shown(db, "")
