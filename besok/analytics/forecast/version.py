"""Version of the forecast's method, as stored with each forecast."""

from typing import Final

VERSION: Final = (
    "besok-3"  # raise it whenever the numbers below change: scores of two methods would mix otherwise
)
# What this version forecasts from the series of tests/unit/test_forecast_version.py: mean, 80 and 95 % bounds of the
# visits of 28, 90 and 365 days.
REFERENCE: Final[dict[int, tuple[float, ...]]] = {
    28: (9495, 9063, 9958, 8878, 10238),
    90: (33515, 32197, 34883, 31655, 35712),
    365: (130045, 124089, 136143, 120364, 140796),
}
