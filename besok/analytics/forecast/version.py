"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

# Raise it whenever the numbers below change, or those of other series: scores of two methods would mix otherwise
VERSION: Final = "besok-8"
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9480, 9041, 9978, 8846, 10202),
    90: (33513, 32058, 35021, 31176, 35995),
    365: (130198, 122138, 138452, 117726, 144006),
}
