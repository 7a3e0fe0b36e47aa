"""Names that people give to lines and zones, and what they say of who is counted there."""

import re
from functools import lru_cache
from typing import Final

# What a counter may tell apart from people, in the languages of its installers.
_OTHERS: Final = """
    bike bikes bicycle bicycles cycle cycles cyclist cyclists cykel cyklar cyklist cyklister fahrrad fahrräder
    vehicle vehicles car cars truck trucks bus buses van vans lorry lorries motorcycle motorcycles moped mopeds
    scooter scooters escooter escooters fordon bil bilar lastbil lastbilar elsparkcykel elsparkcyklar auto autos
    pram prams stroller strollers buggy buggies barnvagn barnvagnar kinderwagen wheelchair wheelchairs rullstol
    rullstolar rollstuhl rollstühle cart carts trolley trolleys kundvagn kundvagnar dog dogs animal animals hund
    hundar group groups grupp grupper gruppe gruppen staff employee employees personal mitarbeiter luggage
    suitcase suitcases"""
# What may stand beside it without making people of it. "Bike lane" counts bicycles; "Staff entrance" and "Car park
# exit" are doors through which people go.
_BESIDE: Final = """
    and or och und oder line lane lanes lines zone count counts counter counting total in out inn ut ein aus left
    right north south east west up down a b c e på i of only linje zon räknare linie zähler"""
_NAMES: Final = frozenset(_OTHERS.split())
_ALLOWED: Final = _NAMES | frozenset(_BESIDE.split())


@lru_cache(maxsize=4096)
def is_no_person(name: str) -> bool:
    """Tell whether a name says nothing but that bicycles, vehicles, groups, staff and the like are counted."""
    words = set(re.findall(r"[^\W\d_]+", name.lower().replace("e-scooter", "escooter")))
    return not words.isdisjoint(_NAMES) and words <= _ALLOWED
