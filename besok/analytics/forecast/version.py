"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

VERSION: Final = (
    "besok-2"  # raise it whenever the numbers below change: scores of two methods would mix otherwise
)
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9450, 8893, 10066, 8692, 10363),
    90: (33307, 31417, 35206, 30281, 36441),
    365: (129556, 119692, 139400, 114117, 146679),
}
