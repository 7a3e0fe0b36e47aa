"""A cache of what functions return for texts that come in messages."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, ParamSpec, TypeVar

LONGEST: Final = 300  # characters

Given = ParamSpec("Given")
Result = TypeVar("Result")


def cached_if_short(size: int) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Return a decorator that keeps the last `size` results, but none for a text of more than LONGEST characters.

    A sender could fill the memory with a few thousand of these: a message may have four megabytes.
    """

    def decorated(function: Callable[Given, Result]) -> Callable[Given, Result]:
        cached = lru_cache(size)(function)

        @wraps(function)
        def result(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            for given in args:
                if type(given) is str and len(given) > LONGEST:
                    return function(*args, **kwargs)
            return cached(*args, **kwargs)  # type: ignore[arg-type]  # texts and numbers can be hashed

        return result

    return decorated
