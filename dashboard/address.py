"""Addresses of the screens: they contain the whole state shown, so that a link shows the same to a colleague."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A screen: `/{page}/{site}/{space}?{query}`; empty where not given. Pages of administrators are `admin/{name}`.

    `space` is the path below the site: the name of a space, or of a part of the page.
    """

    page: str = ""
    site: str = ""
    space: str = ""
    query: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, pathname: str, search: str) -> "Address":
        """Return the address the browser shows."""
        levels = [p for p in pathname.split("/") if p]
        page_levels = 2 if levels[:1] == ["admin"] else 1
        page, site, space = (
            "/".join(levels[:page_levels]),
            "".join(levels[page_levels : page_levels + 1]),
            "/".join(levels[page_levels + 1 :]),
        )
        return cls(page=page, site=site, space=space, query=tuple(parse_qsl(search.lstrip("?"))))

    def get(self, name: str, otherwise: str = "") -> str:
        """Return a value of the query."""
        return dict(self.query).get(name, otherwise)

    @property
    def path(self) -> str:
        """Return the address without its query."""
        return "/" + "/".join(quote(part) for part in (self.page, self.site, self.space) if part)

    def href(
        self, *, site: str | None = None, space: str | None = None, page: str | None = None, **query: str
    ) -> str:
        """Return the address of a neighbouring screen; `name=""` takes a value out of the query."""
        path = replace(
            self,
            page=page or self.page,
            site=self.site if site is None else site,
            space=self.space if space is None else space,
        ).path
        merged = {k: v for k, v in {**dict(self.query), **query}.items() if v and k != "lang"}
        return f"{path}?{urlencode(merged, safe='/')}" if merged else path
