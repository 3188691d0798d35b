"""Values under names as JSON trees: nested, in lists, as name/value lists, as a validator's complaint. No text yet."""

from typing import Any

from .draw import Draw
from .lookalikes import Pair
from .model import Secret


def _shuffled(draw: Draw, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    draw.shuffle(pairs)
    return dict(pairs)


def flat(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """One object."""
    return _shuffled(draw, [(secret.key, _typed(draw, secret)), *near])


def nested(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """At any depth, in objects and lists."""
    tree: Any = _shuffled(draw, [(secret.key, _typed(draw, secret)), near[0]])
    for _ in range(draw.randrange(2, 7)):
        tree = draw.choice(
            (
                {draw.choice(("data", "user", "payload", "attributes", "input", "profile")): tree},
                [tree],
                [draw.randrange(9), tree],
                {"items": [tree, {"n": draw.randrange(9)}]},
            )
        )
    return {**dict(near[1:]), "result": tree}


def values_in_list(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """Several of one kind under one name: `tokens: [...]`."""
    return {secret.key: [_typed(draw, secret)], **dict(near)}


def name_value(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """HAR, Kubernetes, Salesforce and many forms."""
    name, value = draw.choice(
        (("name", "value"), ("key", "value"), ("Name", "Value"), ("k", "v"), ("field", "value"), ("id", "content"))
    )
    pairs = [(secret.key, secret.value), *near]
    draw.shuffle(pairs)
    flipped = draw.chance(0.2)
    items = [{value: v, name: k} if flipped else {name: k, value: v} for k, v in pairs]
    return {draw.choice(("env", "headers", "fields", "params", "attributes")): items}


def pairs_in_lists(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """`[["name", "value"], ...]`, as raw headers are logged."""
    pairs = [[secret.key, secret.value], *([k, v] for k, v in near)]
    draw.shuffle(pairs)
    return {draw.choice(("headers", "raw", "params")): pairs}


def graphql(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """Variables, or the arguments within the query itself."""
    query = "mutation Login($input: LoginInput!) { login(input: $input) { ok } }"
    if draw.chance(0.5) or not secret.key.isidentifier() or not secret.key.isascii():
        return {"operationName": "Login", "query": query, "variables": {"input": flat(draw, secret, near)}}
    value = secret.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    inline = ", ".join(f'{k}: "{v}"' for k, v in near if k.isidentifier() and k.isascii())
    return {"query": f'mutation {{ login({secret.key}: "{value}"{", " + inline if inline else ""}) {{ ok }} }}'}


def validation_error(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """What frameworks answer: pydantic, FastAPI, ajv, express-validator, Spring, marshmallow. All echo the input."""
    key, value = secret.key, secret.value
    detail = draw.choice(
        (
            {"detail": [{"type": "string_too_short", "loc": ["body", key], "msg": "too short", "input": value}]},
            {"errors": [{"type": "field", "value": value, "msg": "Invalid value", "path": key, "location": "body"}]},
            {"errors": [{"objectName": "form", "field": key, "rejectedValue": value, "code": "Size"}]},
            {"errors": [{"instancePath": f"/{key}", "message": "must match format", "data": value}]},
            {"error": {"field": key, "message": f"'{value}' is not valid", "value": value}},
            {"errors": {key: [f'"{value}" is too weak']}},
            {"detail": [{"loc": ["body"], "msg": "extra", "input": flat(draw, secret, near[:1])}]},
        )
    )
    return {**detail, **dict(near)}


def json_api(draw: Draw, secret: Secret, near: list[Pair]) -> Any:
    """JSON:API's data and a list of records."""
    record = {"type": "users", "id": draw.digits(5), "attributes": flat(draw, secret, near)}
    return {"data": draw.choice((record, [record])), "meta": {"page": draw.randrange(50)}}


def _typed(draw: Draw, secret: Secret) -> Any:
    """Digits are sometimes a number."""
    value = secret.value
    return int(value) if value.isascii() and value.isdigit() and value[0] != "0" and draw.chance(0.3) else value


BUILDERS = {
    "json": flat,
    "json nested": nested,
    "json list": values_in_list,
    "name/value list": name_value,
    "pairs in lists": pairs_in_lists,
    "graphql": graphql,
    "validation error": validation_error,
    "json:api": json_api,
}
