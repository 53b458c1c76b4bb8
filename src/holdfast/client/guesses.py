"""What somebody meant who asked a value for something that it does not have. Pure."""

from collections.abc import Mapping

from holdfast.kit.nearest import nearest


def no_such(owner: object, name: str, within: Mapping[str, object]) -> AttributeError:
    """The error for an attribute that is not there: where it is instead, or the nearest name.

    `within` holds what lies inside of the owner, by what one would write for it after the owner's name.
    """
    kind = type(owner).__name__
    said = f"{kind!r} has no attribute {name!r}"
    if not name.startswith("_"):
        for place, value in within.items():
            if name in _names(value):
                # Without `name` and `obj`, by which Python would add a guess of its own.
                return AttributeError(f"{said}: it is `{kind.lower()}.{place}.{name}`")
        if meant := nearest(name, _names(owner)):
            said += f". Did you mean {meant!r}?"
    return AttributeError(said)


def _names(value: object) -> set[str]:
    return {name for name in dir(value) if not name.startswith("_")}
