"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

VERSION: Final = (
    "besok-2"  # raise it whenever the numbers below change: scores of two methods would mix otherwise
)
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9509, 8936, 10137, 8731, 10446),
    90: (33456, 31528, 35381, 30393, 36651),
    365: (129791, 119863, 139701, 114280, 147015),
}
