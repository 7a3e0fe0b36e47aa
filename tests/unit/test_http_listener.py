"""The sockets on which Besök answers."""

import socket

import pytest

from besok.model.errors import SettingsError
from besok.model.settings import Settings
from cli.serving.http import listen


def test_the_body_of_an_answer_does_not_wait_for_its_head_to_be_confirmed() -> None:
    with listen(Settings(), 0, "BESOK_PORT") as listener:
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        port = listener.getsockname()[1]
        with pytest.raises(SettingsError, match="set BESOK_PORT to a free port"):
            listen(Settings(), port, "BESOK_PORT")
