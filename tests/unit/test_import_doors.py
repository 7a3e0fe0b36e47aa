"""The doors that a file of past counts can be of."""

from dashboard.components import import_form
from tests.small_sites import example_file
from tests.unit.on_the_way import texts


def test_every_door_of_the_perimeter_is_offered_also_one_to_another_site() -> None:
    said = texts(import_form.form(example_file().sites[0]))
    assert "Entré mot parken" in said and "Nödutgång barnens plan" in said
    assert "Kafédörr" not in said
