"""The API while the database is away."""

import httpx2
import pytest
from pydantic import SecretStr

from api import app
from besok.model.settings import Settings
from cli.stack import ports
from tests.at_work import serving
from tests.patience import ANSWER_S


def test_without_a_database_the_api_says_so_and_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "WAIT_S", 0.1)
    nowhere, port = ports.free(2)
    url = f"postgresql://besok:hemlig@127.0.0.1:{nowhere}/besok"
    with serving(Settings(database_url=SecretStr(url), port=port)) as web:
        answer = httpx2.get(f"{web}/api/v1/health", timeout=ANSWER_S)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json().keys() >= {"error", "detail", "title", "status", "type"}
    for secret in ("hemlig", str(nowhere), "127.0.0.1"):
        assert secret not in answer.text
