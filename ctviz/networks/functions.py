"""The functions of torch that a network calls, as they are called."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode


class FunctionWatch(TorchFunctionMode):
    """While active, functions of torch are called by `call`, which may look, note and replace."""

    def call(
        self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401 - whatever the function answers
        """Call a function, or what takes its place."""
        return function(*arguments, **options)

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function answers
        """Be called by torch."""
        return self.call(function, arguments, options or {})


def tensors_in(value: object) -> Iterator[Tensor]:
    """Yield the tensors of an answer or argument, however it is nested."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from tensors_in(part)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from tensors_in(part)
