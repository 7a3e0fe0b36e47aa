"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

VERSION: Final = (
    "besok-5"  # raise it whenever the numbers below change: scores of two methods would mix otherwise
)
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9499, 9089, 9936, 8873, 10218),
    90: (33552, 31903, 35205, 30867, 36429),
    365: (130160, 120846, 139729, 114148, 148437),
}
