from importlib.util import find_spec

from assignment.settings.steps import STEP_MODULES


def test_every_step_is_a_module_that_is_named_after_its_number():
    for number, name in enumerate(STEP_MODULES, start=1):
        assert name.startswith(f"step{number}_") and find_spec(f"assignment.fashion.{name}")
