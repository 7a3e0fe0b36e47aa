"""The words that the browser tests use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page

Open = Callable[..., Page]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A site with its services running, and how to speak to them."""

    id: str
    url: str
    publish: Callable[..., None]


def ago(seconds: float) -> str:
    """A time of day as a device writes it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def people(page: Page, space: str) -> Locator:
    """The number of a card."""
    return page.locator(f'[data-space="{space}"] [data-part="people"]').first
