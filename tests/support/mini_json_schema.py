"""Just enough of JSON Schema (draft 2020-12) to check documents against our generated files, for tests.

Knows the keywords that those files use and refuses any other, so that it cannot pass what it does not understand.
Formats are annotations, as the draft says by default.
"""

import re
from typing import Any, Final, cast

_ANNOTATIONS: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "examples", "default", "format"})
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with `value`, one sentence each; empty if it is valid."""
    return _Checker(schema.get("$defs", {})).check(schema, value, "$")


class _Checker:
    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions

    def check(self, schema: dict[str, Any], value: Any, place: str) -> list[str]:
        found: list[str] = []
        for keyword, argument in schema.items():
            if keyword not in _ANNOTATIONS:
                found += self._apply(keyword, argument, schema, value, place)
        return found

    def _apply(self, keyword: str, argument: Any, schema: dict[str, Any], value: Any, place: str) -> list[str]:
        keys = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        items = cast("list[Any]", value) if isinstance(value, list) else []
        match keyword:
            case "$ref":
                return self.check(self._definitions[argument.removeprefix("#/$defs/")], value, place)
            case "anyOf":
                results = [self.check(option, value, place) for option in argument]
                return [] if any(not result for result in results) else [f"{place}: fits no option"]
            case "properties":
                return self._each({key: argument[key] for key in argument if key in keys}, value, place)
            case "additionalProperties":
                further = keys.keys() - schema.get("properties", {}).keys()
                return self._each(dict.fromkeys(further, argument), value, place)
            case "propertyNames":
                return [problem for key in keys for problem in self.check(argument, key, f"{place} key")]
            case "items":
                return [p for index, item in enumerate(items) for p in self.check(argument, item, f"{place}[{index}]")]
            case _:
                return [] if _holds(keyword, argument, value) else [f"{place}: {keyword} {argument}"]

    def _each(self, schemas: dict[str, Any], value: Any, place: str) -> list[str]:
        return [p for key, schema in schemas.items() for p in self.check(schema, value[key], f"{place}.{key}")]


def _holds(keyword: str, argument: Any, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match keyword:
        case "type":
            return isinstance(value, _TYPES[argument]) and isinstance(value, bool) == (argument == "boolean")
        case "required":
            return not isinstance(value, dict) or all(key in value for key in argument)
        case "const":
            return value == argument
        case "enum":
            return value in argument
        case "pattern":
            return not isinstance(value, str) or re.search(argument, value) is not None
        case "minLength":
            return not isinstance(value, str) or len(value) >= argument
        case "minItems":
            return not isinstance(value, list) or len(value) >= argument  # pyright: ignore[reportUnknownArgumentType]  # any JSON
        case "minimum":
            return not number or value >= argument
        case "maximum":
            return not number or value <= argument
        case "exclusiveMinimum":
            return not number or value > argument
        case _:
            raise NotImplementedError(f"keyword {keyword}: teach it to this checker")
