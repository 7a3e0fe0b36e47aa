"""What every test may ask for: a database of its own, the broker; and the levels with their budgets.

`unit` asks one thing of one module, `worlds` judges estimates in simulated worlds whose truth is known; neither needs
a server. `store` has a database, `flow` the broker too, `browser` Chromium as well. `golden` compares outputs with the
files kept of them, and has a database.

The servers are the embedded stack's own, started once when the first test asks for them. Broker topics are shared:
a test takes a site of its own name.

A run ends with what each level took beside its budget: the seconds of all its tests, set-up included, as `make test`
runs them (three at once) on two cores that have nothing else to do. They fail nothing: a level over its budget there
has become slower.
"""

import gc
import logging
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import brotli
import httpx2
import psycopg
import pytest
import typer.main
from argon2 import PasswordHasher
from hypothesis import settings
from psycopg import sql
from typer.testing import Result

from benchmarks import servers
from besok.model.access import LOCAL
from besok.services import access, sign_in
from besok.store import notify
from besok.store.database import Database, session
from besok.store.migrate import migrate
from besok.text.languages import speaking
from cli.main import GARBAGE_AFTER
from cli.stack import ports, postgres
from tests import commands, patience
from tests.databases import FreshUrl, drop, undone

# How long an example takes says nothing on a busy machine; what lands is judged by the same examples every time.
settings.register_profile("besok", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("besok")

BUDGETS = {
    "unit": 30,
    "worlds": 60,
    "store": 90,
    "golden": 60,
    "flow": 330,
    "browser": 120,
}  # seconds
HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"  # real payloads and data, beside the clone where there are any

spent = dict.fromkeys(BUDGETS, 0.0)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that renew goldens and accept pictures of screens."""
    parser.addoption(
        "--accept", action="store_true", help="accept the pictures of screens instead of comparing them"
    )
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite tests/golden/expected instead of comparing"
    )


def level_of(path: Path) -> str:
    """The level of a test file: the folder it lies in."""
    return path.relative_to(HERE).parts[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its level and run the cheap levels first."""
    order = list(BUDGETS)
    for item in items:
        if level_of(item.path) not in ("unit", "worlds"):
            item.add_marker(level_of(item.path))
    items.sort(key=lambda item: order.index(level_of(item.path)))


def pytest_collection_finish() -> None:
    """Search neither what is loaded for garbage nor, as often as Python would, what tests make."""
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 20, 100)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what each level takes, fixtures included."""
    spent[report.nodeid.removeprefix("tests/").split("/")[0]] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what each level took beside what it may take."""
    for level, budget in BUDGETS.items():
        if spent[level]:
            late = "  over its budget" if spent[level] > budget else ""
            terminalreporter.write_line(f"{level:8}{spent[level]:6.1f} s of {budget} s{late}")
    skipped = len(terminalreporter.stats.get("skipped", []))
    terminalreporter.write_line(f"{skipped} skipped" + (", each with its reason above" if skipped else ""))


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Undo what a command sets up for its log: its stream is closed when the test is over."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def at_this_machine() -> Iterator[None]:
    """Let what a test asks for without a request be asked for by who sits at the machine."""
    with access.acting(LOCAL):
        yield


@pytest.fixture
def english() -> Iterator[None]:
    """Speak English; without it Swedish is spoken."""
    with speaking("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[PasswordHasher]:
    """Hash passwords with little work: a good hash takes a sixth of a second, and tests sign in hundreds of times.

    Yields the hasher of the product.
    """
    thorough, quick = sign_in._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_hasher", quick)
        yield thorough


@pytest.fixture(autouse=True, scope="session")
def certificates_once() -> Iterator[None]:
    """Load the certificates of the web once, which each client does: it takes longer than most answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx2._transports.default.create_ssl_context", cache(httpx2.create_ssl_context))
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_packs() -> Iterator[Callable[[bytes], bytes]]:
    """Pack scripts a little: to make those of a page as small as can be takes five seconds in each worker.

    Yields how the product packs.
    """
    thorough = brotli.compress
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(brotli, "compress", partial(thorough, quality=4))
        yield thorough


@pytest.fixture(autouse=True, scope="session")
def commands_once() -> Iterator[None]:
    """Build the commands of the program once: it takes longer than most of them do, and tests run hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True, scope="session")
def prompt_ends() -> Iterator[None]:
    """Let what listens to the database notice within a tenth of a second that it shall end: tests end hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notify, "PATIENCE_S", 0.1)
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """The database server of this session."""
    with servers.cluster() as running:
        yield running


@pytest.fixture(scope="session")
def keeper(cluster: postgres.Cluster) -> Iterator[psycopg.Connection[Any]]:
    """The connection of this session that makes databases and drops them."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="session")
def fresh_url(cluster: postgres.Cluster, keeper: psycopg.Connection[Any]) -> FreshUrl:
    """Another migrated database for the length of a with block, or one with nothing in it; it gives its address."""
    migrate(cluster.url())
    # A stray background connection to the template would make copying it fail.
    keeper.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(postgres.NAME)))

    @contextmanager
    def made(*, empty: bool = False) -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex[:12]}"
        template = sql.Identifier("template1" if empty else postgres.NAME)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        keeper.execute(copy.format(sql.Identifier(name), template))
        yield cluster.url(name)
        drop(keeper, name)

    return made


@pytest.fixture
def database_url(fresh_url: FreshUrl) -> Iterator[str]:
    """A migrated database of this test's own."""
    with fresh_url() as url:
        yield url


@pytest.fixture
def empty_database_url(fresh_url: FreshUrl) -> Iterator[str]:
    """A database with nothing in it."""
    with fresh_url(empty=True) as url:
        yield url


@pytest.fixture(scope="session")
def shared_database(fresh_url: FreshUrl) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the migrated database of all tests that ask for no address."""
    with fresh_url() as url, psycopg.connect(url, autocommit=True, **session(idle_s=0)) as conn:
        yield conn


@pytest.fixture
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database that holds what this test writes.

    Who asks for its address too has one of its own and a pool of connections to it. The others share one: each works
    in a transaction that is undone, as making and dropping a database takes as long as most tests.
    """
    if "database_url" in request.fixturenames:
        with Database(request.getfixturevalue("database_url")) as database:
            yield database
    else:
        with undone(request.getfixturevalue("shared_database")) as database:
            yield database


@pytest.fixture
def command(database_url: str) -> Callable[..., Result]:
    """The `besok` command on this test's own database."""
    return partial(commands.besok, database_url)


@pytest.fixture(scope="session")
def broker() -> Iterator[tuple[str, int]]:
    """Host and port of this session's broker."""
    with servers.broker() as running:
        yield ports.HOST, running.port


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real payloads and data beside the clone; skips, saying so, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"needs real payloads and data in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., object]:
    """Ask again until the answer is true, and return it."""
    return patience.wait_for
