"""Names of columns of counts, in English, Swedish and German, as `besok.files.tables.plain` writes them."""

from collections.abc import Mapping
from typing import Final

DATES = ("date", "datum", "day", "dag")
CLOCKS = ("time", "tid", "hour", "timme", "klockslag", "kl", "uhrzeit", "stunde")
YEARS, MONTHS, DAYS = ("year", "år", "jahr"), ("month", "månad", "monat"), ("day", "dag", "tag")
WEEKS = (
    "week", "vecka", "kw", "woche", "iso_week", "isoweek", "year_week", "yearweek", "år_vecka", "årvecka", "år-vecka",
)  # fmt: skip
BESIDE = (
    "weekday", "veckodag", "dow", "day_of_week", "quarter", "kvartal", "minute", "minut", "last", "to", "end", "till",
)  # fmt: skip
COUNT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "in": ("in", "people_in", "entries", "entered", "entry", "ingång"),
    "out": ("out", "people_out", "exits", "exited", "exit", "ut", "utgång"),
    "people": ("people", "occupancy", "occupants", "count"),
    "count": ("count", "counts", "visits", "visitors", "people", "value", "in", "besök", "besökare", "antal_besök",
              "antal", "entries", "people_in", "y", "total", "totalt", "summa"),
    "visits": ("visits", "visitors", "count", "counts", "value", "total", "totalt", "summa", "besök", "besökare",
               "antal_besök", "antal_besökare", "antal", "footfall", "entries", "net", "in", "people_in", "y",
               "besucher", "besuche"),
    "door": ("door", "portal", "gate", "line", "sensor", "dörr"),
    "last": ("last", "to", "end", "till"),
    "name": ("name", "holiday", "namn", "lov"),
}  # fmt: skip
