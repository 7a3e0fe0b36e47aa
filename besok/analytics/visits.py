"""Standard error of counted visits: one model for days, months, years, spaces and the advice on what to count.

A counter errs in three ways:

* From passage to passage it misses and doubles people. That averages out. Its variance per passage is seen where
  entries and exits do not add up at the end of the day; at most 0.143, measured at the doors of a real
  library, whose people come in groups.
* All counters miss more than they double, in both directions. No balance of in and out reveals it and no number of
  days or doors averages it out: a site that nobody has validated has about 1.3 % more visits than it counts.
* Each door has a bias of its own, by its height, its light and how wide it is: it averages out over doors, not days.

    se^2 = variance * passages + shared^2 * entries^2 + own^2 * sum over doors of (entries of the door)^2 + checked

`entries` are those of doors without a correction from validation counts. A corrected door has the error of its counts
instead: `checked` is the sum of (entries * standard error of the factor)^2. The error is about the figure as counted,
expected bias included.

Over a day at one door with 700 entries that is sqrt(100 + 77 + 40) = 15; over a year, with 250,000, 3,900.
"""

from math import sqrt

PASSAGE_VARIANCE = 0.143  # per passage; groups make it seven times what independent errors of 2 % would give
LEAST_VARIANCE = 0.02  # of counters that miss 1 to 3 %, each person by himself
SHARED_BIAS = (
    0.0125  # root mean square of the share that all doors of a site miss, less what they count twice
)
DOOR_BIAS = 0.009  # standard deviation of a door's own share about it


def counting_error(
    passages: float,
    entries: float,
    squares: float,
    *,
    checked: float = 0.0,
    passage_variance: float = PASSAGE_VARIANCE,
) -> float:
    """Return the standard error of a number of counted visits.

    `passages` are those behind the figure (each counts a quarter where visits are half of all who pass),
    `entries` those of doors that were not corrected, `squares` the sum over these doors of their squared entries,
    `checked` the variance from the corrections of the others. `counting_error(700, 700, 700**2)` is 14.7.
    """
    bias = SHARED_BIAS**2 * entries**2 + DOOR_BIAS**2 * squares
    return sqrt(passage_variance * passages + bias + checked)


def variance_per_passage(balance: float | None) -> float:
    """Return the variance per passage of a site, from that of its in - out at the ends of days; None if not known.

    A beam without directions has a balance of zero, which is not evidence.
    """
    return min(max(balance, LEAST_VARIANCE), PASSAGE_VARIANCE) if balance else PASSAGE_VARIANCE
