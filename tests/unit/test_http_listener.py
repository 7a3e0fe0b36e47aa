"""The sockets on which Besök answers."""

import socket

import pytest

from besok.model.errors import SettingsError
from besok.model.settings import Settings
from cli.serving.http import listen
from cli.stack import ports


def test_the_body_of_an_answer_does_not_wait_for_its_head_to_be_confirmed() -> None:
    (port,) = ports.free()
    with listen(Settings(port=port), "port") as listener:
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        with pytest.raises(SettingsError, match="set BESOK_PORT to a free port"):
            listen(Settings(port=port), "port")
