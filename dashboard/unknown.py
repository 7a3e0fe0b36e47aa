"""Pages that there are not: Dash answers every address with its frame, which then shows that nothing is there."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from besok.model.access import Right
from besok.model.errors import NotFound, StoreError
from besok.services import access
from besok.services.places import get_sites
from besok.store.database import Database
from dashboard.address import Address
from dashboard.router import find

CATCH_ALL = "{path:path}"  # Dash's own route for all that has no other


class UnknownPages:
    """Gives the frame the status 404 where it will show that nothing is there, 403 where the caller may not see it."""

    def __init__(self, app: ASGIApp, database: Callable[[], Database]) -> None:
        self.app = app
        self.database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_status(message: Message) -> None:
            framed = getattr(scope.get("route"), "path", "") == CATCH_ALL
            if framed and message["type"] == "http.response.start" and message["status"] == 200:
                status = await asyncio.to_thread(status_of, self.database(), scope["path"])
                message = {**message, "status": status}
            await send(message)

        await self.app(scope, receive, send_status)


def status_of(db: Database, path: str) -> int:
    """Return the status of the page at an address; where the database does not answer, the frame tries again itself."""
    address = Address.parse(path, "")
    try:
        find(db, address, get_sites(db))
    except NotFound:
        return 404
    except StoreError:
        return 200
    right: Right = "administer" if address.page.startswith("admin/") else "read"
    return 200 if not address.site or access.may(right, address.site) else 403
