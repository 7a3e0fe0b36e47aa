"""The addresses that a web service answers."""

from collections.abc import Iterator
from typing import Any


def routes(app: Any) -> Iterator[str]:
    """Every route of the web service, as METHOD address; those of other routers by the address that they answer at."""
    for route in app.routes:
        found = route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]
        for one in found:
            if type(route).__name__ == "Mount":
                continue  # files, the same for everybody
            methods = getattr(one, "methods", None)
            path = one.path or one.starlette_route.path
            yield from (f"{method} {path}" for method in methods) if methods else [f"WS {path}"]
