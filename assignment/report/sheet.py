"""A course sheet's eight steps: their titles, what they ask for and the figures that answer it."""

from __future__ import annotations

from typing import NamedTuple


class SheetStep(NamedTuple):
    """One step of a sheet.

    title: the heading on the console and in the report.
    request: what the sheet asks for, in one sentence.
    figures: file names of the figures that belong to the step; `*` matches several.
    """

    title: str
    request: str
    figures: tuple[str, ...] = ()


Sheet = tuple[SheetStep, SheetStep, SheetStep, SheetStep, SheetStep, SheetStep, SheetStep, SheetStep]
