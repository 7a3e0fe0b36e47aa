"""Opening hours as words: what is open now, with staff or with a card, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from besok.model.views.live import SiteLive
from besok.model.views.overview import SiteOverview
from besok.model.views.public import PublicSite
from besok.text import formats
from besok.text.languages import _

Spans = Sequence[tuple[datetime, datetime]]
WHOLE_DAY = timedelta(hours=23)  # longer is a whole day, also where the clock is changed


def state(now: SiteLive | PublicSite | SiteOverview, zone: str, time: datetime) -> str:
    """`Open until 22:00, staffed until 18:00`, `Open with card until 22:00`, `Closed, opens Thu 08:00`."""
    if now.open_until:
        until = formats.clock(now.open_until, zone)
        if not now.staffed:
            return _("Open with card until {time}").format(time=until)
        if now.staffed_until:
            staffed = formats.clock(now.staffed_until, zone)
            return _("Open until {time}, staffed until {staffed}").format(time=until, staffed=staffed)
        return _("Open until {time}").format(time=until)
    if now.opens_at:
        return _("Closed, opens {time}").format(time=formats.soon(now.opens_at, zone, time))
    if now.is_open:
        return _("Always open") if now.staffed else _("Always open with card")
    return _("Closed")


def hours(open_: Spans, staffed: Spans, zone: str) -> str:
    """`10:00–18:00`, `07:00–22:00, staffed 10:00–18:00`, `07:00–22:00 with card`, `Closed`."""
    whole = any(until - start > WHOLE_DAY for start, until in open_)
    said = _("Always open") if whole else _listed(open_, zone)
    if not open_ or list(open_) == list(staffed):
        return said or _("Closed")
    if staffed:
        return _("{hours}, staffed {staffed}").format(hours=said, staffed=_listed(staffed, zone))
    return _("{hours} with card").format(hours=said)


def _listed(spans: Spans, zone: str) -> str:
    return ", ".join(f"{formats.clock(start, zone)}–{formats.clock(until, zone)}" for start, until in spans)
