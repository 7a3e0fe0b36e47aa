"""Pages that there are not: Dash answers every address with its frame, which then shows that nothing is there."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from besok.model.errors import NotFound, StoreError
from besok.services.places import get_sites
from besok.store.database import Database
from dashboard.address import Address
from dashboard.router import find

CATCH_ALL = "{path:path}"  # Dash's own route for all that has no other


class UnknownPages:
    """Gives the frame the status 404 where it will show that nothing is there."""

    def __init__(self, app: ASGIApp, database: Callable[[], Database]) -> None:
        self.app = app
        self.database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_status(message: Message) -> None:
            framed = getattr(scope.get("route"), "path", "") == CATCH_ALL
            if framed and message["type"] == "http.response.start" and message["status"] == 200:
                there = await asyncio.to_thread(leads_somewhere, self.database(), scope["path"])
                message = {**message, "status": 200 if there else 404}
            await send(message)

        await self.app(scope, receive, send_status)


def leads_somewhere(db: Database, path: str) -> bool:
    """Tell whether there is a page at an address; where the database does not answer, the frame tries again itself."""
    try:
        find(db, Address.parse(path, ""), get_sites(db))
    except NotFound:
        return False
    except StoreError:
        return True
    return True
