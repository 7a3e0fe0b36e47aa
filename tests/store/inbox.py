"""What a real SMTP server on the loopback address has taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

from aiosmtpd.controller import Controller

from cli.stack import ports


class Inbox:
    """What a real SMTP server on the loopback address has taken."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        self.bodies: list[str] = []
        self.pages: list[str] = []  # the same in HTML
        self.files: list[tuple[str, bytes]] = []
        self.refuses = False
        self.refusal = "451 come back later"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # its name
        if self.refuses:
            return self.refusal
        message = message_from_bytes(envelope.content)
        self.subjects.append(str(make_header(decode_header(message["Subject"]))))
        part = next(one for one in message.walk() if one.get_content_maintype() == "text")
        self.bodies.append(bytes(part.get_payload(decode=True)).decode())
        pages = (one for one in message.walk() if one.get_content_type() == "text/html")
        self.pages += [bytes(one.get_payload(decode=True)).decode() for one in pages]
        files = (one for one in message.walk() if one.get_filename())
        self.files += [(str(one.get_filename()), bytes(one.get_payload(decode=True))) for one in files]
        return "250 taken"


@contextmanager
def taking_mail() -> Iterator[tuple[Inbox, str]]:
    """Run a server for the length of a block: what it has taken, and the address of a target there."""
    taken, (port,) = Inbox(), ports.free(1)
    server = Controller(taken, hostname="127.0.0.1", port=port)
    server.start()
    yield (
        taken,
        f"mailto://127.0.0.1:{port}?from=besok@example.org&to=desk@example.org&mode=insecure&format=text",
    )
    server.stop()
