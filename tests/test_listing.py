from __future__ import annotations

from assignment.listing import list_practices
from assignment.practices.catalogue import CATALOGUE


def test_the_listing_has_each_practice_under_what_it_changes_in_one_or_two_lines(make_screen, printed):
    screen = make_screen(width=80)
    list_practices(screen)
    lines = printed(screen).splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(first.startswith("    ") and second.startswith("    ") for first, second in zip(lines, lines[1:]))
    assert lines[lines.index("Labels") + 1].startswith("  label-smoothing: ")
    words = " ".join(printed(screen).split())
    assert words.startswith("A practice works with every track unless its line names tracks in parentheses.")
    for practice in CATALOGUE:
        assert f"{practice.name}: {practice.summary}" in words
    assert (
        "without its dropout (conditional, digits, lecture)" in words
        and "LeakyReLU of the discriminator (fashion)" in words
    )
