"""What the screens and the API ask: one function per question, each returning frozen views of `core.views`."""

from store.queries.actions import actions
from store.queries.annual import annual
from store.queries.attention import coverage, doubts, finding, findings, wiring
from store.queries.calendar import calendar_days, events, school_holidays, unusual
from store.queries.devices import devices, rejected, unplaced
from store.queries.health import health
from store.queries.live import live
from store.queries.outlook import awaited, outlook, records, scored, weekday_growth
from store.queries.places import sites, spaces
from store.queries.programme import event_effects
from store.queries.progress import progress, so_far
from store.queries.series import flows, heatmap, occupancy
from store.queries.usage import space_usage, together
from store.queries.visits import visits

__all__ = [
    "actions",
    "annual",
    "awaited",
    "calendar_days",
    "coverage",
    "devices",
    "doubts",
    "event_effects",
    "events",
    "finding",
    "findings",
    "flows",
    "health",
    "heatmap",
    "live",
    "occupancy",
    "outlook",
    "progress",
    "records",
    "rejected",
    "school_holidays",
    "scored",
    "sites",
    "so_far",
    "space_usage",
    "spaces",
    "together",
    "unplaced",
    "unusual",
    "visits",
    "weekday_growth",
    "wiring",
]
