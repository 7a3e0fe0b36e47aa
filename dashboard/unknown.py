"""Pages that there are not: Dash answers every address with its frame, which then shows that nothing is there."""

from collections.abc import Container

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.address import Address

CATCH_ALL = "{path:path}"  # Dash's own route for all that has no other


class UnknownPages:
    """Gives the frame the status 404 where its page does not exist."""

    def __init__(self, app: ASGIApp, pages: Container[str]) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_status(message: Message) -> None:
            framed = getattr(scope.get("route"), "path", "") == CATCH_ALL
            if framed and message["type"] == "http.response.start" and message["status"] == 200:
                page = Address.parse(scope["path"], "").page
                there = not page or page in self.pages
                message = {**message, "status": 200 if there else 404}
            await send(message)

        await self.app(scope, receive, send_status)
