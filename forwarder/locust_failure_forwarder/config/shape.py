"""What the models expect at a key: walks annotations, never values. Knows pydantic's locations, not its errors.

pydantic's location of an error holds the tags of unions besides the keys, and a tag may be spelled like a key. So the
location is followed through the annotations, which say where a tag must be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeGuard, Union, cast, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo

from .places import KeyPath

_KEY_MARK: Final = "[key]"
_MAPPINGS: Final = (dict, Mapping)
_SEQUENCES: Final = (tuple, list, set, frozenset)


@dataclass(frozen=True, slots=True)
class Spot:
    """A key of the file as the models see it."""

    path: KeyPath
    """Where it is in the file: the location without tags."""
    expected: object = None
    """Annotation of the value there; None where the models do not tell."""
    owner: type[BaseModel] | None = None
    """The model the last key belongs to, if a model it is."""
    is_key: bool = False
    """Whether the key itself is meant, not its value."""


@dataclass(frozen=True, slots=True)
class _Union:
    members: tuple[object, ...]
    discriminator: str | None


def follow(model: type[BaseModel], location: KeyPath) -> Spot:
    """Where a location of a pydantic error on `model` leads."""
    here: object = model
    owner: type[BaseModel] | None = None
    path: list[str | int] = []
    above: object = None
    for part in location:
        kind = _unwrap(here)
        if part == _KEY_MARK and part == location[-1] and get_origin(above) in _MAPPINGS:
            return Spot(tuple(path), is_key=True)
        if isinstance(kind, _Union):
            here = _member(kind, part)
            continue
        path.append(part)
        above = kind
        owner = kind if _is_model(kind) else None
        here = _below(kind, part)
    return Spot(tuple(path), here, owner)


def model_at(model: type[BaseModel], path: KeyPath, value: object) -> type[BaseModel] | None:
    """The model of the value at `path`; of a union, the one that the value's discriminator names."""
    kind = _unwrap(follow(model, path).expected)
    if isinstance(kind, _Union) and kind.discriminator and isinstance(value, Mapping):
        tag = cast("Mapping[str, object]", value).get(kind.discriminator)
        kind = _unwrap(_member(kind, tag))
    return kind if _is_model(kind) else None


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys a model takes, as they are written in the file."""
    return {_alias(field) or name: field for name, field in model.model_fields.items()}


def choices(expected: object) -> tuple[str, ...]:
    """The values allowed: of a literal, of the entries of a list of literals, of a union's discriminator."""
    kind = _unwrap(expected)
    if isinstance(kind, _Union) and kind.discriminator:
        tags = (choices(_field_type(member, kind.discriminator)) for member in kind.members)
        return tuple(tag for group in tags for tag in group)
    if get_origin(kind) is Literal:
        return tuple(str(value) for value in get_args(kind))
    if get_origin(kind) in _SEQUENCES:
        item = next(iter(get_args(kind)), None)
        return () if isinstance(_unwrap(item), _Union) else choices(item)  # mappings cannot be listed by a word
    return ()


def discriminator(expected: object) -> str | None:
    """The key that tells the members of a union apart."""
    kind = _unwrap(expected)
    return kind.discriminator if isinstance(kind, _Union) else None


def home_of(key: str, model: type[BaseModel]) -> str | None:
    """The key of `model` whose mapping knows `key`, if exactly one does: where a misplaced key belongs."""
    homes = [
        name
        for name, field in fields(model).items()
        if (inner := _unwrap(_annotation(field))) and _is_model(inner) and key in fields(inner)
    ]
    return homes[0] if len(homes) == 1 else None


def _unwrap(annotation: object) -> object:
    """Without `Annotated` and `None`; a union of several as `_Union`."""
    found: str | None = None
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *extras = get_args(annotation)
            names = [extra.discriminator for extra in extras if isinstance(extra, FieldInfo)]
            found = found or next((name for name in names if isinstance(name, str)), None)
        elif origin in (Union, UnionType):
            members: tuple[object, ...] = tuple(member for member in get_args(annotation) if member is not NoneType)
            if len(members) != 1:
                return _Union(members, found)
            annotation = members[0]
        else:
            return annotation


def _below(kind: object, part: str | int) -> object:
    if _is_model(kind):
        return _field_type(kind, str(part))
    arguments = get_args(kind)
    origin = get_origin(kind)
    if origin in _MAPPINGS and len(arguments) == 2:
        return arguments[1]
    if origin in _SEQUENCES and arguments:
        return arguments[0]
    return None


def _member(union: _Union, tag: object) -> object:
    for member in union.members:
        kind = _unwrap(member)
        if union.discriminator:
            if tag in choices(_field_type(kind, union.discriminator)):
                return member
        elif tag in _labels(member) or tag == getattr(kind, "__name__", None):
            return member
    return None


def _labels(member: object) -> list[str]:
    extras = get_args(member)[1:] if get_origin(member) is Annotated else ()
    return [extra.tag for extra in extras if isinstance(extra, Tag)]


def _field_type(model: object, key: str) -> object:
    kind = _unwrap(model)
    field = fields(kind).get(key) if _is_model(kind) else None
    return _annotation(field) if field else None


def _annotation(field: FieldInfo) -> object:
    # pydantic moves the discriminator of a field from its annotation to the field
    return Annotated[cast("Any", field.annotation), field] if field.discriminator else field.annotation


def _alias(field: FieldInfo) -> str | None:
    return field.validation_alias if isinstance(field.validation_alias, str) else field.alias


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
