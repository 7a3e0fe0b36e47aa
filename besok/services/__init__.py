"""What the screens and the API ask: one function per question, each returning frozen views of `besok.model.views`."""

from besok.services.actions import actions
from besok.services.annual import annual
from besok.services.attention import coverage, finding, findings, wiring
from besok.services.calendar import calendar_days, event_effects, events, school_holidays, unusual
from besok.services.devices import devices, rejected, unplaced
from besok.services.forecast import awaited, outlook, records, scored, weekday_growth
from besok.services.health import health
from besok.services.live import live
from besok.services.places import sites, spaces
from besok.services.progress import progress, so_far
from besok.services.series import day_curves, flows, heatmap, occupancy
from besok.services.usage import space_usage, together
from besok.services.visits import visits

__all__ = [
    "actions",
    "annual",
    "awaited",
    "calendar_days",
    "coverage",
    "day_curves",
    "devices",
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
