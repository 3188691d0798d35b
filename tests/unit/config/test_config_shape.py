"""Following pydantic's locations through annotations: tags of unions are no keys, whatever keys are called."""

from typing import Annotated, Literal

import pytest
from locust_failure_forwarder.config.messages import explain
from locust_failure_forwarder.config.places import dotted
from locust_failure_forwarder.config.shape import choices, discriminator, follow, home_of, model_at
from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag, ValidationError


def _refuse(key: str) -> str:
    raise ValueError(f"no key is good enough{key[:0]}")


class Inner(BaseModel, extra="forbid"):
    depth: int = 0


class Cat(BaseModel, extra="forbid"):
    kind: Literal["cat", "lion"]
    inner: Inner | None = None
    limit: int = Field(0, alias="max-limit")


class Dog(BaseModel, extra="forbid"):
    kind: Literal["dog"]
    names: tuple[str, ...] = ()
    strict: dict[Annotated[str, AfterValidator(_refuse)], str] = {}


def _tag(value: object) -> str:
    return "text" if isinstance(value, str) else "mapping"


class House(BaseModel, extra="forbid"):
    pets: dict[str, Annotated[Cat | Dog, Field(discriminator="kind")]] = {}
    best: Cat | Dog | None = Field(None, discriminator="kind")
    either: int | Inner = 0
    called: Annotated[Annotated[str, Tag("text")] | Annotated[Inner, Tag("mapping")], Discriminator(_tag)] = ""


def found(data: object) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationError) as caught:
        House.model_validate(data)
    return [(dotted(finding.path), finding.message, finding.hint) for finding in explain(caught.value, House)]


def test_tag_that_is_spelled_like_a_key_is_still_a_tag() -> None:
    assert found({"pets": {"cat": {"kind": "cat", "cat": {"cat": 1}}}}) == [
        ("pets.cat.cat", "unknown key", "Allowed here: kind, inner, max-limit.")
    ]


def test_second_word_of_a_discriminator_finds_the_same_model() -> None:
    assert found({"pets": {"a": {"kind": "lion", "inner": {"dept": 1}}}}) == [
        ("pets.a.inner.dept", "unknown key", "Did you mean `depth`? Allowed here: depth.")
    ]


def test_optional_union_of_a_field_is_followed() -> None:
    assert found({"best": {"kind": "dog", "names": [1]}}) == [
        ("best.names[0]", "expected text", "Put the value in quotes.")
    ]
    assert found({"best": {"kind": 5}}) == [("best.kind", "expected one of: cat, lion, dog", "")]


def test_union_without_discriminator_says_what_each_member_expects() -> None:
    assert found({"either": {"depht": 1}}) == [
        ("either", "expected a whole number", ""),
        ("either.depht", "unknown key", "Did you mean `depth`? Allowed here: depth."),
    ]


def test_union_by_a_function_is_followed_by_its_tags() -> None:
    assert found({"called": {"depth": "x"}}) == [("called.depth", "expected a whole number", "")]


def test_alias_is_the_key_of_the_file() -> None:
    assert found({"pets": {"a": {"kind": "cat", "max-limit": "x", "limit": 1}}}) == [
        ("pets.a.max-limit", "expected a whole number", ""),
        ("pets.a.limit", "unknown key", "Did you mean `max-limit`? Allowed here: kind, inner, max-limit."),
    ]


def test_key_of_a_mapping_is_told_from_its_value() -> None:
    assert found({"pets": {"a": {"kind": "dog", "strict": {"x": "y"}}}}) == [
        ("pets.a.strict.x", "this key: no key is good enough", "")
    ]


def test_model_at_needs_the_discriminator_of_a_union() -> None:
    assert model_at(House, ("pets", "a"), {"kind": "dog"}) is Dog
    assert model_at(House, ("pets", "a"), {"kind": "fish"}) is None
    assert model_at(House, ("pets", "a"), {}) is None
    assert model_at(House, ("pets", "a"), "text") is None
    assert model_at(Cat, ("inner",), {}) is Inner
    assert model_at(Cat, ("kind",), "cat") is None


def test_unknown_location_leads_somewhere_without_raising() -> None:
    spot = follow(House, ("nope", 1, "x"))
    assert (spot.path, spot.expected, spot.owner) == (("nope", 1, "x"), None, None)


def test_choices_and_discriminator_come_from_the_models() -> None:
    pet = follow(House, ("pets", "a")).expected
    assert choices(pet) == ("cat", "lion", "dog")
    assert discriminator(pet) == "kind"
    assert choices(str) == ()
    assert discriminator(str) is None


def test_misplaced_key_has_a_home_only_if_there_is_one() -> None:
    assert home_of("depth", Cat) == "inner"
    assert home_of("nope", Cat) is None
    assert home_of("depth", House) is None
