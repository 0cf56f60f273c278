"""A case as the board is told of it."""

from ctviz.core import Case
from ctviz.core.acquisition import Acquisition
from ctviz.core.orientation import EdgeLetters, edges
from ctviz.core.stack import CrossPlane, NoStack, stack_of
from ctviz.io.volume import as_volume
from ctviz.store import CaseEntry
from ctviz.ui.compare.body import body_of
from ctviz.ui.routes import pixels_url
from ctviz.ui.viewer import CaseView, CrossPlaneView, Letters, StackView


def case_view(entry: CaseEntry, case: Case) -> CaseView:
    """Return where a case's pixels are, and how its slices lie."""
    first = case.slices[0]
    rows, columns = entry.shape
    stack, why_not = _stack(case, entry.shape)
    return CaseView(
        id=entry.id,
        count=entry.slices,
        rows=rows,
        columns=columns,
        pixels=pixels_url(entry.id),
        spacing_mm=entry.spacing_mm,
        letters=_letters(edges(first.orientation)) if first.orientation else None,
        hounsfield=first.calibrated,
        stack=stack,
        no_stack=why_not,
        made=made(case.acquisition),
        body=body_of(entry.id),
    )


def made(acquisition: Acquisition) -> list[str]:
    """Return how a scan was made, as the corner of a picture says it.

    >>> made(Acquisition(2.5, "STANDARD", 120.0)), made(Acquisition(0.625))
    (['2.5 mm thick', 'STANDARD · 120 kVp'], ['0.625 mm thick'])
    """
    thickness, kilovolts = acquisition.thickness_mm, acquisition.kilovolts
    lines = [] if thickness is None else [f"{thickness:.3g} mm thick"]
    tube = "" if kilovolts is None else f"{kilovolts:g} kVp"
    return [*lines, *filter(None, [" · ".join(filter(None, (acquisition.kernel, tube)))])]


def _stack(case: Case, shape: tuple[int, int]) -> tuple[StackView | None, str]:
    """Return how the slices lie, or why no plane can cross them."""
    try:
        stack = stack_of(as_volume(case.slices).planes, shape)
    except NoStack as refusal:
        return None, str(refusal)
    return StackView(
        depths_mm=stack.depths_mm,
        shifts=stack.shifts,
        even=stack.even,
        along_row=_plane(stack.along_row),
        along_column=_plane(stack.along_column),
        notes=stack.notes,
    ), ""


def _plane(plane: CrossPlane) -> CrossPlaneView:
    return CrossPlaneView(plane.title.capitalize(), _letters(plane.letters))


def _letters(letters: EdgeLetters) -> Letters:
    return Letters(*letters)
