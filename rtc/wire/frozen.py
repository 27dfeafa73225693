"""The base of values in modules that are compiled (`hatch_build.py`)."""

from msgspec import Struct


class Frozen(Struct, frozen=True):
    """mypyc drops a class's arguments, so what makes a Struct frozen has to come from its base.

    Say `class Nack(Frozen, frozen=True)` all the same: type checkers do not take it from there. What msgspec decodes
    stays in modules that are not compiled.
    """
