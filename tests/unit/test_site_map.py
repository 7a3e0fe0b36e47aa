"""The map of all sites: true to scale where there is room, and no mark over another one."""

from itertools import combinations

from dashboard.components.site_map import APART, placed

HOME = (56.05, 12.69)


def test_directions_and_width_are_those_of_the_world() -> None:
    places, width, _ = placed({"home": HOME, "north": (56.14, 12.69), "east": (56.05, 12.85)})
    home, north, east = (places[name] for name in ("home", "north", "east"))
    assert north[1] < home[1] == east[1] and home[0] == north[0] < east[0]
    assert round(width, 1) == 25.0  # two and a half times the height, which is 0.09 degrees of 111.2 km
    assert round((east[0] - home[0]) * width, 1) == 9.9  # 0.16 degrees at this latitude


def test_sites_at_one_address_are_moved_apart() -> None:
    for known in ({f"branch-{n}": HOME for n in range(30)}, {"one": HOME, "two": (-56.05, 179.9)}):
        places, _, _ = placed(known)
        assert all(0 <= share <= 1 for place in places.values() for share in place)
    places, _, deep = placed({f"branch-{n}": HOME for n in range(30)})
    for (x, y), (u, v) in combinations(places.values(), 2):
        assert abs(x - u) >= APART[0] or deep * abs(y - v) >= APART[1] * 0.95
