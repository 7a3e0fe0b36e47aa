"""People who are in when the day begins: of a building that is never empty, its nights tell nothing but its exits do.

Of those who are inside, the same share leaves in each minute; so exits grow with the people, and would end where nobody
is left. Who came and went since the day began is known: where its line with the exits meets zero is how many were in.
"""

import numpy as np

from besok.model.arrays import Bools, Floats

NEAR_MINUTES = 120.0  # before and after the beginning of a day, in which somebody comes and somebody goes
MOST_DAYS = 0.5  # the share of the days on which that is so, where people are in at night
SURE_FROM = 0.5  # exits of a step, whose variance is no smaller
# Standard deviation of who is in: a day's own is so many times the root of the people (they come in groups), and a
# share of them; what all days have alike, since hours of leaving differ, is another share
OWN, OWN_SHARE, ALIKE = 1.4, 0.15, 0.12


def is_night_used(people_in: Floats, people_out: Floats, minutes: float) -> Bools:
    """Tell of a day, by space, whether somebody came shortly before its end, and went shortly after its beginning."""
    near = max(round(NEAR_MINUTES / minutes), 1)
    return np.asarray((people_in[-near:].sum(0) >= 1) & (people_out[:near].sum(0) >= 1))


def usual_at_beginning(people_in: Floats, people_out: Floats) -> Floats:
    """Return how many are usually in when a day begins, by space; by who comes and goes in each step of it
    (steps x spaces). They are never more than come in a day.
    """
    came, went = people_in.sum(0), people_out.sum(0)
    alike = np.sqrt(came * went)  # a usual day ends as it began
    into = people_in * alike / np.maximum(came, 1)
    out_of = people_out * alike / np.maximum(went, 1)
    ends = np.cumsum(into - out_of, axis=0)
    inside = ends - (into - out_of) / 2
    weight = 1 / np.maximum(out_of, SURE_FROM)
    total = weight.sum(0)
    middle, mean = (weight * inside).sum(0) / total, (weight * out_of).sum(0) / total
    together = (weight * (inside - middle) * (out_of - mean)).sum(0)
    spread = (weight * (inside - middle) ** 2).sum(0)
    found = mean * spread / np.where(together > 0, together, np.inf) - middle
    return np.asarray(np.where(together > 0, np.clip(found, -ends.min(0), alike), 0))


def beginning_sd(people: Floats) -> Floats:
    """Return how far from the usual number of people at its beginning a day may be."""
    return np.hypot(OWN * np.sqrt(people), OWN_SHARE * people)
