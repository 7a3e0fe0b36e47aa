"""What tests of words share: the language in which they are said."""

from collections.abc import Iterator

import pytest

from besok.text.languages import speaking


@pytest.fixture
def english() -> Iterator[None]:
    """Speak English; without it Swedish is spoken."""
    with speaking("en"):
        yield


@pytest.fixture(params=["sv", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Speak both languages, one after the other; it gives which."""
    with speaking(request.param):
        yield request.param
