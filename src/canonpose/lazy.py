"""Package attributes that are imported when they are first asked for.

PyTorch takes longer to import than a clip takes to lift, so that nothing may import it that does
not compute with it.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def attributes_of(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """A package's ``__getattr__`` and ``__dir__``.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping
        Name of each attribute to the module that defines it. Modules inside the package can be
        asked for as well, as if they had been imported.
    """

    def attribute(name: str) -> object:
        if name in homes:
            value = getattr(import_module(homes[name]), name)
            setattr(sys.modules[package], name, value)
            return value
        inside = f"{package}.{name}"
        try:
            if name.startswith("_"):
                raise ModuleNotFoundError(name=inside)
            return import_module(inside)
        except ModuleNotFoundError as error:
            if error.name != inside:
                raise
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    return attribute, lambda: sorted({*vars(sys.modules[package]), *homes})
