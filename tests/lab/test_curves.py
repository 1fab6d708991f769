import pytest

from assignment.lab.curves import Curve, CurvePoint, curve, read_curves, write_curves


@pytest.fixture
def table(tmp_path):
    return tmp_path / "curves.csv"


def point(practice="ema", seed=1, epoch=10.0, judge_fid=50.0):
    return CurvePoint(practice, seed, epoch, judge_fid, 0.8, 0.5, 0.9)


def test_curves_are_read_back_sorted(table, tmp_path):
    points = [point(seed=2, judge_fid=1 / 3), point("baseline"), point(epoch=20.0), point()]
    write_curves(table, points)
    assert read_curves(table) == sorted(points)
    assert read_curves(tmp_path / "none.csv") == []


HEADER = "practice,seed,epoch,judge_fid,precision,recall,diversity\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("a,b\n", 1),
        (HEADER + "ema,1,10,50,0.8,0.5\n", 2),
        (HEADER + "ema,one,10,50,0.8,0.5,0.9\n", 2),
        (HEADER + "ema,1,10,nan,0.8,0.5,0.9\n", 2),
        (HEADER + "ema,1,-1,50,0.8,0.5,0.9\n", 2),
        (HEADER + "ema,1,10,50,0.8,0.5,0.9,1\n", 2),
        (HEADER + "ema,1,10,50,0.8,0.5,0.9\n" * 2, 3),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(table, text, line):
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"curves.csv is not a lab's table of curves .line {line}."):
        read_curves(table)


def test_a_curve_has_the_mean_and_the_range_at_the_epochs_of_all_seeds():
    points = [point(epoch=0.0, judge_fid=999), point(judge_fid=10.0), point(epoch=20.0, judge_fid=6.0)]
    points += [point(seed=2, judge_fid=20.0), point("baseline", judge_fid=1000.0)]
    assert curve(points, "ema", "judge_fid") == Curve([10.0], [15.0], [10.0], [20.0])
    assert curve(points, "sgd", "judge_fid") == Curve([], [], [], [])
