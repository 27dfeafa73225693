"""`python -m signaling.schema`: the protocol as JSON Schema, for json-schema-to-typescript.

`python -m signaling.schema --docs docs/protocol.md` rewrites the tables of messages there. `make types` calls both.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from pathlib import Path
from typing import Any, Final

import msgspec

from signaling import protocol as p

# Named in the generated types although the protocol uses them in line.
_NAMED: Final[dict[str, Any]] = {
    "SourceName": p.SourceName,
    "RoleName": p.RoleName,
    "FunctionName": p.FunctionName,
    "Staff": p.Staff,
    "KnockName": p.KnockName,
    "CallName": p.CallName,
    "CallStateName": p.CallStateName,
    "AbsenceName": p.AbsenceName,
    "Step": p.Step,
    "LateName": p.LateName,
    "Groups": p.Groups,
    "Change": p.Change,
    "Place": p.Place,
    "Request": p.Request,
    "LinkOpen": p.LinkOpen,
    "ClientMessage": p.ClientMessage,
    "ServerMessage": p.ServerMessage,
}
_LITERALS: Final = {
    frozenset(typing.get_args(shape)): name
    for name, shape in _NAMED.items()
    if typing.get_origin(shape) is typing.Literal
}
_ROOTS: Final = ("ClientMessage", "Request", "ServerMessage", "LinkOpen")  # all else is reached from these
# Bounds mean nothing to TypeScript, and would become enormous unions of tuples.
_BOUNDS: Final = {"minLength", "maxLength", "minimum", "maximum", "maxItems", "discriminator"}
_REF: Final = "#/definitions/{name}"


def schema() -> dict[str, Any]:
    roots, definitions = msgspec.json.schema_components(list(_NAMED.values()), ref_template=_REF)
    named = {name: _for_typescript(root, top=True) for name, root in zip(_NAMED, roots, strict=True)}
    shapes = {name: _for_typescript(shape) for name, shape in definitions.items()}
    shapes["Changes"]["properties"]["changes"] = {"type": "array", "items": {"$ref": _REF.format(name="Change")}}
    return {
        "title": "Protocol",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"$ref": _REF.format(name=name)} for name in _ROOTS},
        "required": list(_ROOTS),
        "definitions": named | shapes,
    }


def _for_typescript(node: Any, *, top: bool = False) -> Any:
    """`top`: this is the definition of a named literal itself, not a use of it."""
    if isinstance(node, list):
        return [_for_typescript(item) for item in node]
    if not isinstance(node, dict):
        return node
    name = _LITERALS.get(frozenset(node["enum"])) if isinstance(node.get("enum"), list) else None
    if name is not None and not top:
        return {"$ref": _REF.format(name=name)}
    if "prefixItems" in node:
        return {"type": "array", "items": _for_typescript(node["prefixItems"]), "minItems": 2, "maxItems": 2}
    kept = {key: _for_typescript(value) for key, value in node.items() if key not in _BOUNDS or key == "properties"}
    if "properties" in node:
        kept["additionalProperties"] = False
    return kept


# --- the tables of docs/protocol.md ----------------------------------------------------------------------------------

_SECTIONS: Final[dict[str, Any]] = {
    "first": p.First,
    "own": p.Own | p.Help | p.Partner,
    "team": p.AtDoor | p.Sources | p.Floor | p.Group | p.Private | p.Phone | p.Breakouts,
    "replies": p.Reply,
    "places": p.Place,
    "changes": p.Changes | p.Change,
    "signals": p.Signal,
    "shapes": p.Person
    | p.Me
    | p.CallMine
    | p.RoomView
    | p.Visitor
    | p.Watcher
    | p.Speaking
    | p.LeftAlone
    | p.Team
    | p.Board
    | p.BoardRoom
    | p.Placed
    | p.Knock
    | p.CallSeen
    | p.Elsewhere
    | p.DeskPerson
    | p.Figure
    | p.Said
    | p.Slot
    | p.Tile
    | p.Numbers,
}


def table(union: Any) -> str:
    rows = ["| message | fields | |", "|---|---|---|"]
    for message in typing.get_args(union):
        doc = " ".join((vars(message).get("__doc__") or "").split())
        fields = ", ".join(_field(field) for field in msgspec.structs.fields(message))
        rows.append(f"| `{message.__struct_config__.tag or message.__name__}` | {fields} | {doc} |")
    return "\n".join(rows)


def _field(field: msgspec.structs.FieldInfo) -> str:
    mark = "" if field.required else "?"
    return f"`{field.encode_name}{mark}`: {_type(field.type)}"


def _type(shape: Any) -> str:
    """As a reader of JSON would say it."""
    origin, arguments = typing.get_origin(shape), typing.get_args(shape)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin is typing.Literal:
        return next(
            (name for values, name in _LITERALS.items() if values == set(arguments)), " or ".join(map(str, arguments))
        )
    if origin is list:
        return f"[{_type(arguments[0])}]"
    if origin is tuple and arguments[-1] is Ellipsis:
        return f"[{_type(arguments[0])}]"
    if origin is tuple:
        return f"({', '.join(map(_type, arguments))})"
    if origin is dict:
        return f"{{{_type(arguments[0])}: {_type(arguments[1])}}}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(map(_type, arguments)) if len(arguments) < 4 else "Change"
    plain = {int: "number", float: "number", str: "text", bool: "true or false", type(None): "null"}
    return plain.get(shape) or str(shape.__name__)


def with_tables(text: str) -> str:
    """The text with everything between `<!-- table: X -->` and `<!-- end -->` written anew. Raises ValueError."""
    for section, union in _SECTIONS.items():
        head, mark, rest = text.partition(f"<!-- table: {section} -->\n")
        _, end, tail = rest.partition("<!-- end -->")
        if not (mark and end):
            raise ValueError(f"no place for the table of {section}")
        text = f"{head}{mark}{table(union)}\n{end}{tail}"
    return text


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--docs"]:
        path = Path(arguments[1])
        path.write_text(with_tables(path.read_text()))
    else:
        print(json.dumps(schema(), indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
