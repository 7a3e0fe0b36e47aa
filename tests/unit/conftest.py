"""What unit tests share: the language in which words are said, and what asynchronous tests run on."""

from collections.abc import Iterator

import pytest

from besok.text.languages import speaking


@pytest.fixture
def anyio_backend() -> str:
    """What asynchronous tests run on."""
    return "asyncio"


@pytest.fixture(params=["sv", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Speak both languages, one after the other; it gives which."""
    with speaking(request.param):
        yield request.param
