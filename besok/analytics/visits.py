"""Standard error of counted visits.

A counter at a door errs in two ways. From passage to passage it misses and doubles people, and since they come in
groups these errors come together: their variance is 0.143 per passage, measured on the doors of a real library. And it
has a bias of its own, by its height, its light and how wide the door is, which no number of days averages out:

    se^2 = 0.143 * passages + bias^2 * sum over doors of (entries of the door)^2

Over a day at one door with 700 entries that is sqrt(100 + 196) = 17; over a year, with 250,000, it is the bias: 5,000.
"""

from math import sqrt

PASSAGE_VARIANCE = 0.143  # per passage; groups make it seven times what independent errors of 2 % would give
DOOR_BIAS = (
    0.02  # standard deviation of the share by which a door's counter is off, where nobody has checked it
)


def counting_error(passages: float, squares: float, bias: float = DOOR_BIAS) -> float:
    """Return the standard error of a number of counted visits.

    `passages` are those that the figure was made from (each counts a quarter where visits are half of all who pass),
    `squares` the sum over doors of their squared entries. `counting_error(700, 700**2)` is 17.2.
    """
    return sqrt(PASSAGE_VARIANCE * passages + bias**2 * squares)
