"""`assignment grade`: the submissions of a class, checked, measured and given points by a rubric."""
