"""The paper for the council: one page, from what the page *Progress* says, or a refusal that says what is missing."""

from datetime import UTC, datetime

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
