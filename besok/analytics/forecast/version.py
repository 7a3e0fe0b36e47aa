"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

VERSION: Final = (
    "besok-5"  # raise it whenever the numbers below change: scores of two methods would mix otherwise
)
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9488, 9110, 9893, 8908, 10153),
    90: (33499, 32141, 34885, 31289, 35853),
    365: (129932, 122231, 137638, 116811, 144504),
}
