import pytest

from assignment.report.page import DESCRIPTIONS, GRID
from assignment.report.steps import SHEETS, STEPS
from assignment.settings.tracks import TRACKS


def test_every_track_has_its_eight_steps():
    assert set(SHEETS) == set(STEPS) == set(TRACKS)


@pytest.mark.parametrize("track", TRACKS)
def test_steps_are_numbered_ask_something_and_have_described_pictures(track):
    assert [step.title[:6] for step in STEPS[track]] == [f"Step {number}" for number in range(1, 9)]
    assert all(step.asked.endswith(".") for step in STEPS[track])
    named = {name for step in STEPS[track] for name in step.pictures}
    assert {name.removesuffix(".png").removesuffix("_*") for name in named} <= set(DESCRIPTIONS)
    assert f"{GRID}_*.png" in named
