"""A real provider of sign-ins beside a test: tests/oidc, run by node on the loopback address."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from besok.model.settings import Settings
from cli.stack import ports
from tests.patience import wait_for

HERE = Path(__file__).parent / "oidc"
SECRET = "a secret of the test"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestProvider:
    """A provider that runs, and the port at which it expects Besök."""

    __test__ = False

    issuer: str
    port: int

    def settings(self, settings: Settings, **more: object) -> Settings:
        """Return the settings with which Besök signs people in there."""
        known: dict[str, object] = {
            "oidc_issuer": self.issuer,
            "oidc_client_id": "besok",
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_roles": "besok-admin=admin, besok-park=viewer@parken",
            "port": self.port,
        }
        return settings.model_copy(update=known | more)


@contextmanager
def providing(home: str = "") -> Iterator[TestProvider]:
    """Run the provider for the length of the block; skips, saying so, where node or its package is not installed.

    `home` is the address of Besök, if not that of its port.
    """
    node = shutil.which("node")
    if not node or not (HERE / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("needs node and oidc-provider: deploy/setup tests")
    own, besok = ports.free(2)
    back = f"http://127.0.0.1:{besok}"
    command = [node, "provider.mjs", str(own), f"{home or back}/login/callback", f"{back}/login/backchannel"]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: ports.answers(own) or process.poll() is not None)
        assert process.poll() is None, "the provider did not start: run its command by hand"
        yield TestProvider(issuer=f"http://127.0.0.1:{own}", port=besok)
    finally:
        process.terminate()
        process.wait()
