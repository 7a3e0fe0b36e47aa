"""Growth a year, between two years' visits that lie some time apart."""

from math import log

BEYOND = 1e6  # times as many in a year: no growth that anybody means


def growth_a_year(last: float | None, then: float | None, years: float) -> float | None:
    """The growth a year that leads from the last year's visits to those of a year `years` later; 0.1 is 10 %.

    None where one of them is not known, and where it is beyond all measure: a goal far away and a deadline near.
    `growth_a_year(100, 121, 2)` is 0.1.
    """
    if not last or then is None or years <= 0:
        return None
    if then > last and log(then / last) > years * log(BEYOND):
        return None
    return float((then / last) ** (1 / years) - 1)
