"""What the record of a forward pass does not show, brought to light while it is made.

A backward rule reads the record, so what decides over the score off the record would make its map
silently wrong: a mask such as ``x > 0``, a detached copy, a number that went through Python; and
what is written in place into a view, of which torch records only that something was written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from ctviz.estimators.engine.graph import Edge, edge_of
from ctviz.networks import FunctionWatch, tensors_in

REPLACED = {
    *("add_", "div_", "divide_", "mul_", "multiply_", "neg_", "relu", "relu_", "sub_", "subtract_"),
    "true_divide_",
}
"""Functions whose in-place form is replaced by the other and a copy."""
COPYING = {"copy_", "fill_", "zero_"}
BY_LIKENESS = ("new_", "sym_")
"""How operations begin that take no value from a tensor, only its shape."""
SETTING = "__set__"
LEAVING = {"__array__", "numpy", "tolist"}
"""Functions that hand values over to Python unseen by torch."""


@dataclass(eq=False)
class Revealed:
    """What was found while a record was made."""

    hidden: str = ""
    """The first thing that the record does not show, in words; empty if there is none."""
    values: dict[Edge, Tensor] = field(default_factory=dict)
    """What each recorded operation gave, if it was asked to be kept."""


@contextmanager
def revealing(*, values: bool = False) -> Iterator[Revealed]:
    """Watch the networks that run inside, and keep what their operations gave if ``values``.

    What is written in place into a view is calculated beside it and then copied, which is the same
    to the network and leaves the calculation on the record.
    """
    found = Revealed()
    derived = _Derived(found)
    with derived, _OnRecord(found, derived, values):
        yield found


@dataclass(eq=False)
class _Derived(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While active, follows what is derived from the image, recorded or not, by its memory."""

    found: Revealed
    memory: dict[int, torch.UntypedStorage] = field(default_factory=dict)
    """Kept alive, so that no address is used twice."""

    def __post_init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self,
        function: Any,  # noqa: ANN401 - torch's own type of an operation
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the operation answers
        """Run the operation, and remember what came of the image."""
        name = function.name().partition("::")[2].partition(".")[0]
        given = list(tensors_in([arguments, options or {}]))
        recorded = [tensor for tensor in given if tensor.requires_grad]
        unrecorded = [t for t in given if not t.requires_grad and self.knows(t)]
        if torch.is_grad_enabled():
            self._judge(name, recorded, unrecorded)
        answer = function(*arguments, **(options or {}))
        by_likeness = name.endswith("_like") or name.startswith(BY_LIKENESS)
        if (recorded or unrecorded) and not by_likeness:
            for tensor in tensors_in(answer):
                self._remember(tensor)
        return answer

    def knows(self, tensor: Tensor) -> bool:
        """Whether a tensor's values came of the image."""
        return tensor.requires_grad or tensor.untyped_storage().data_ptr() in self.memory

    def tell(self, words: str) -> None:
        """Note what the record does not show, if it is the first."""
        self.found.hidden = self.found.hidden or words

    def _judge(self, name: str, recorded: list[Tensor], unrecorded: list[Tensor]) -> None:
        if recorded and unrecorded:
            self.tell(f"the operation '{name}' with values taken from the image off the record")
        numbers = [tensor for tensor in recorded + unrecorded if tensor.dtype != torch.bool]
        if name == "_local_scalar_dense" and numbers:
            # Unlike a truth value, which only decides which way the network takes.
            self.tell("a number that is taken from the image off the record")
        in_place = name.endswith("_") and name not in COPYING
        if in_place and recorded and recorded[0]._is_view():  # noqa: SLF001 - torch's only way
            self.tell(f"the operation '{name}' written in place into a view")

    def _remember(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        self.memory[storage.data_ptr()] = storage


@dataclass(eq=False)
class _OnRecord(FunctionWatch):
    """While active, writes nothing into views but copies, and keeps what functions answer."""

    found: Revealed
    derived: _Derived
    keeps: bool

    def __post_init__(self) -> None:
        super().__init__()

    def call(
        self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401 - whatever the function answers
        """Call the function, or what takes its place."""
        name = getattr(function, "__name__", "")
        if name == SETTING:
            # Torch sets attributes itself, under a lock that asking for the record would wait for.
            return function(*arguments, **options)
        first = next(tensors_in([arguments, options]), None)
        if name in LEAVING and first is not None and self.derived.knows(first):
            self.derived.tell("values that are taken from the image off the record")
        # What was written into a view was not answered by any function.
        self._kept([arguments, options])
        if first is None or not _writes_into_view(name, first, options):
            return self._kept(function(*arguments, **options))
        others = {key: value for key, value in options.items() if key != "inplace"}
        beside = getattr(torch, name.removesuffix("_"))(*arguments, **others)
        return self._kept(first.copy_(self._kept(beside)))

    def _kept(self, answer: Any) -> Any:  # noqa: ANN401 - whatever it is, it is handed on
        if self.keeps:
            for tensor in tensors_in(answer):
                edge = edge_of(tensor)
                if edge is not None and edge not in self.found.values:
                    # A copy, because what follows may write in place.
                    self.found.values[edge] = tensor.detach().clone()
        return answer


def _writes_into_view(name: str, first: Tensor, options: Mapping[str, Any]) -> bool:
    in_place = name.endswith("_") or bool(options.get("inplace"))
    of_record = first.requires_grad and first._is_view()  # noqa: SLF001 - torch's only way to ask
    return name in REPLACED and in_place and of_record
