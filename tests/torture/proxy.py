"""The network between collectors and database: it carries, swallows, or cuts a connection in the middle of a commit."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from cli.stack import ports

COMMIT = (
    b"COMMIT\0"  # as it stands in the protocol, in the statement whichever way it is sent, and in the answer
)
BATCH_BYTES = 1000  # what a transaction with readings says at least; a heartbeat says less
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no goodbye, as from a host that has been switched off


class Link:
    """One connection: the client's side and the server's."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.said = 0  # bytes of the client since its last commit
        self.committing = False  # and something that is worth a cut
        self.abandoned = False

    def reset(self, side: socket.socket) -> None:
        """End one side as a lost host does."""
        with contextlib.suppress(OSError):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        with contextlib.suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
        side.close()


class Proxy:
    """Listens on `port` and carries to `target`, both on the loopback address, until closed."""

    def __init__(self, target: int, committed: Callable[[], None] = lambda: None) -> None:
        """`committed` is called after each commit that was cut."""
        self._target, self._committed = target, committed
        self._open = threading.Event()
        self._open.set()
        self._lock = threading.Lock()
        self._links: list[Link] = []
        self._abandoned: list[Link] = []
        self._to_cut = 0
        self.cuts = 0  # commits whose answer never came
        self._listener = socket.create_server((ports.HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def cut_commits(self, number: int) -> None:
        """Cut the connections of the next `number` commits after they were done and before anybody hears of it."""
        with self._lock:
            self._to_cut += number

    def vanish(self) -> None:
        """Carry nothing more, and say nothing of it."""
        self._open.clear()

    def come_back(self, *, forgetful: bool) -> None:
        """Carry again. If `forgetful`, the network has forgotten the connections there were: the client is told so by
        a reset, the server never hears of it and keeps what it was doing for them."""
        with self._lock:
            if forgetful:
                for link in self._links:
                    link.abandoned = True
                    link.reset(link.client)
                self._abandoned += self._links
                self._links = []
        self._open.set()

    def close(self) -> None:
        """End all connections and take no more."""
        self._listener.close()
        self._open.set()
        with self._lock:
            for link in self._links + self._abandoned:
                link.reset(link.client)
                link.reset(link.server)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        self._open.wait()  # a client that knocks meanwhile hears nothing
        try:
            server = socket.create_connection((ports.HOST, self._target))
        except OSError:
            client.close()
            return
        link = Link(client, server)
        with self._lock:
            self._links.append(link)
        back = threading.Thread(target=self._pump, args=(link, server, client), daemon=True)
        back.start()
        self._pump(link, client, server)
        back.join()
        with self._lock:
            if link in self._links:
                self._links.remove(link)

    def _pump(self, link: Link, source: socket.socket, target: socket.socket) -> None:
        asks = source is link.client
        try:
            while data := source.recv(1 << 16):
                self._open.wait()
                if asks:
                    self._hear(link, data)
                elif link.committing and COMMIT in data and self._cut(link):
                    return
                target.sendall(data)
        except OSError:
            pass
        if not link.abandoned:  # else the server is left alone with what it was doing
            link.reset(link.client)
            link.reset(link.server)

    def _hear(self, link: Link, data: bytes) -> None:
        """Follow what the client says, as far as to know when a commit with readings is under way."""
        link.said += len(data)
        link.committing = COMMIT in data and link.said > BATCH_BYTES
        if COMMIT in data:
            link.said = 0

    def _cut(self, link: Link) -> bool:
        """Whether this connection is one to be cut; then it has been."""
        with self._lock:
            if not self._to_cut:
                return False
            self._to_cut -= 1
            self.cuts += 1
        link.reset(link.client)
        link.reset(link.server)
        self._committed()
        return True
