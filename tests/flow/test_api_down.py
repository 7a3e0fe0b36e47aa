"""The API while the database is away."""

import threading
from collections.abc import Callable

import httpx2
from pydantic import SecretStr

from besok.model.settings import Settings
from cli.serving.web import serve
from cli.stack import ports


def test_without_a_database_the_api_says_so_and_still_ends(wait_for: Callable[..., object]) -> None:
    nowhere, port = ports.free(2)
    url = f"postgresql://besok:hemlig@127.0.0.1:{nowhere}/besok"
    stop = threading.Event()
    settings = Settings(database_url=SecretStr(url), port=port)
    thread = threading.Thread(target=serve, args=(settings, stop))
    thread.start()
    try:
        wait_for(lambda: ports.answers(port))
        answer = httpx2.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=300)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json().keys() >= {"error", "detail", "title", "status", "type"}
        for secret in ("hemlig", str(nowhere), "127.0.0.1"):
            assert secret not in answer.text
    finally:
        stop.set()
        thread.join(300)
    assert not thread.is_alive()
