"""A private Mosquitto, in a folder of its own, on the loopback address."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from besok.model.errors import StackError
from cli.stack import ports, program
from cli.stack.program import Program

BINARIES = ("/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto")

# The queue of the collector must outlive both of them, so it is written to disk every 5 s; it may hold any number of
# messages, and any number may be on their way at once: the collector itself says how many it takes (Receive Maximum).
# Only this machine reaches the port.
CONF = """\
# Written at each start by `besok`; changes here are lost.
listener {port} 127.0.0.1
set_tcp_nodelay true
{access}

persistence true
persistence_location {folder}/
autosave_interval 5
max_queued_messages 0
max_inflight_messages 0
message_size_limit 4194304

log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker in `folder`, listening on `port`."""

    folder: Path
    port: int
    user: str = ""  # the account it runs as; ours if empty
    access: str = "allow_anonymous true"  # who may connect, as lines of its configuration

    def program(self) -> Program:
        """Return the server, to be started and watched."""
        return Program(
            name="mosquitto",
            command=(binary(), "-c", str(self.folder / "mosquitto.conf")),
            user=self.user,
            folder=self.folder,
            prepare=self.prepare,
        )

    def ready(self) -> bool:
        """Tell whether it takes connections."""
        return ports.answers(self.port)

    def prepare(self) -> None:
        """Write its configuration and end what an earlier run left behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, self.user)
        program.end_leftovers(self.program())
        conf = CONF.format(port=self.port, folder=self.folder, access=self.access)
        (self.folder / "mosquitto.conf").write_text(conf)


def binary() -> str:
    """Return where mosquitto is. Debian keeps it out of an ordinary user's path."""
    path = next((b for b in BINARIES if os.access(b, os.X_OK)), None) or shutil.which("mosquitto")
    if not path:
        raise StackError("Mosquitto is not installed: on Debian, `apt-get install mosquitto`")
    return path
