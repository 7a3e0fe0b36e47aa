"""The links above and below each page: every one leads to a page that there is, and that the caller may see."""

from typing import Any

from besok.model.access import EVERYTHING, Caller, Grant
from besok.model.site import Text
from besok.model.views.live import SiteInfo
from besok.services import access
from dashboard import shell
from dashboard.address import Address


def site(name: str) -> SiteInfo:
    text = Text(sv=name, en=name)
    return SiteInfo(
        site=name, kind="library", name=text, timezone="Europe/Stockholm", capacity=None, sandbox=True
    )


LIB, COPY, PARK = sites = tuple(map(site, ("lib", "lib-scenario", "park")))


def links(of: Any) -> list[str]:
    """Return the addresses in components, in their order."""
    if isinstance(of, list):
        return [link for one in of for link in links(one)]
    inner = getattr(of, "children", None) or []
    return [
        *([of.href] if getattr(of, "href", None) else []),
        *links(inner if isinstance(inner, list) else [inner]),
    ]


def test_the_copy_in_which_a_scenario_is_played_leads_back_to_where_it_is_ended() -> None:
    with access.acting(Caller(kind="account", grants=EVERYTHING)):
        shown = links(shell.navigation(Address(page="now", site=COPY.site), sites, COPY))
        assert "/scenarios/lib" in shown and "/sensors/lib-scenario" in shown
        assert not any(link.startswith("/admin") for link in shown)
        assert links(shell.foot(COPY.site)) == ["/data/lib-scenario", "/free/lib"]
        for page in ("scenarios", "admin/site"):
            assert f"/{page}/{COPY.site}" not in links(
                shell.navigation(Address(page=page, site="lib"), sites, LIB)
            )


def test_whoever_administers_one_site_is_led_to_the_form_of_no_other() -> None:
    grants = (Grant(role="admin", site="lib"), Grant(role="viewer", site="park"))
    with access.acting(Caller(kind="account", grants=grants)):
        shown = links(shell.navigation(Address(page="admin/site", site="lib"), sites, LIB))
        assert "/admin/site/lib" in shown and "/admin/site/park" not in shown
        assert "/now/park" in links(shell.navigation(Address(page="now", site="lib"), sites, LIB))
