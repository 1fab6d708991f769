from assignment.practices.catalogue import CATALOGUE
from assignment.practices.practice import Practice
from assignment.practices.registry import IMPLEMENTATIONS


def test_registry_and_catalogue_have_the_same_names_in_the_same_order():
    assert list(IMPLEMENTATIONS) == [entry.name for entry in CATALOGUE]


def test_every_practice_has_its_own_class():
    assert len(set(IMPLEMENTATIONS.values())) == len(IMPLEMENTATIONS)
    assert all(issubclass(implementation, Practice) for implementation in IMPLEMENTATIONS.values())
