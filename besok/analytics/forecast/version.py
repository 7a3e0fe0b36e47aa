"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

# Raise it whenever the numbers below change, or those of other series: scores of two methods would mix otherwise
VERSION: Final = "besok-6"
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9476, 9030, 9974, 8843, 10199),
    90: (33423, 31928, 34959, 31088, 36044),
    365: (129696, 121414, 137987, 116530, 144689),
}
