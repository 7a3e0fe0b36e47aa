"""Parts of the overview that the live stream updates: texts and state of each site, in the reader's language."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from besok.model.views.overview import Overview, SiteOverview
from besok.text import formats, opening_text
from besok.text.languages import _, plural
from dashboard.components import live_parts
from dashboard.components.live_parts import Parts
from dashboard.version import version


def of_site(site: SiteOverview, time: datetime) -> Parts:
    """Return the texts of a site."""
    return {
        **live_parts.of_space(site.root, site.is_open),
        "opening": _opening(site, time),
        "visits": formats.number(site.visits_today),
        "trend": live_parts.trend(
            site.root, site.visits_today, site.visits_last_week, formats.weekdays("wide")[site.weekday]
        ),
        "sensors": _sensors(site),
    }


def state(site: SiteOverview) -> dict[str, str]:
    """Return the data attributes of a site for style sheet and script."""
    return {**live_parts.state(site.root), "trouble": "1" if troubled(site) else ""}


def summary(shown: Sequence[SiteOverview]) -> str:
    """Return how many sites are open, and at how many the sensors need attention."""
    n = sum(site.is_open for site in shown)
    text = plural("{n} of {all} open now", "{n} of {all} open now", n).format(n=n, all=len(shown))
    trouble = sum(map(troubled, shown))
    if not trouble:
        return text
    more = plural("the sensors of {n} need attention", "the sensors of {n} need attention", trouble)
    return f"{text} · {more.format(n=trouble)}"


def troubled(site: SiteOverview) -> bool:
    """Tell whether the sensors of a site need attention."""
    return bool(site.offline or site.findings or not site.sensors)


def update(now: Overview, may: Callable[[str], bool]) -> str:
    """Return all of it as JSON, of the sites that the reader may see."""
    shown = [site for site in now.sites if may(site.site)]
    spaces = {
        site.site: {
            "data": state(site),
            "parts": of_site(site, now.time),
            "fill": live_parts.fill(site.root),
            "now": None,
        }
        for site in shown
    }
    base = {"site": "", "version": version(), "time": now.time.isoformat(), "heard": True}
    parts = {"summary": summary(shown)}
    return json.dumps({**base, "parts": parts, "spaces": spaces}, ensure_ascii=False, separators=(",", ":"))


def _opening(site: SiteOverview, time: datetime) -> str:
    if not site.is_open and site.opens_at is None:
        return _("No opening hours")
    return opening_text.state(site, site.timezone, time)


def _sensors(site: SiteOverview) -> str:
    """Return the state of a site's sensors, the worst first."""
    if not site.sensors:
        return _("No sensors")
    offline = (
        plural("{n} offline", "{n} offline", site.offline).format(n=site.offline) if site.offline else ""
    )
    findings = (
        plural("{n} finding", "{n} findings", site.findings).format(n=site.findings) if site.findings else ""
    )
    fine = plural("{n} online", "{n} online", site.sensors).format(n=site.sensors)
    return ", ".join(filter(None, (offline, findings))) or fine
