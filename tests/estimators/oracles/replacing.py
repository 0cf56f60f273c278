"""Networks in which every call of a function is replaced by another, while they run.

This is how slow versions of the backward rules are made: an autograd function takes the place of
each ReLU, convolution or sum. The estimators themselves work on the record of the unchanged
network.
"""

from torch.overrides import TorchFunctionMode


class Replacing(TorchFunctionMode):
    """While active, functions called by one of the names are replaced.

    A replacement gets the original function and its arguments.
    """

    def __init__(self, replacements):
        super().__init__()
        self.replacements = replacements

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = options or {}
        name = getattr(function, "__name__", "")
        if name not in self.replacements:
            return function(*arguments, **options)
        result = self.replacements[name](function, *arguments, **options)
        in_place = name.endswith("_") or (name == "relu" and _wants_in_place(*arguments, **options))
        return arguments[0].copy_(result) if in_place else result


def _wants_in_place(_, inplace=False):
    return inplace
