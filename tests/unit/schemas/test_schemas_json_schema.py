"""The committed JSON Schema files: equal to the models, open to what later minor versions add, and described (P10)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from locust_failure_schemas import AlertBatch, Category, FailureBatch, Resolution, Role, Severity, SummaryBatch
from locust_failure_schemas.json_schema import FOLDER, drift, json_schemas, main, write
from pydantic import BaseModel
from support.mini_json_schema import problems
from support.schema_golden import at, document, places, replaced

NAMES = ("alert", "alert-batch", "failure-batch", "failure-record", "run-summary", "summary-batch")
BATCHES = ("failure-batch", "alert-batch", "summary-batch")
SCHEMAS = json_schemas()


def parts(model: type[BaseModel]) -> set[type[BaseModel]]:
    """The model and all models it is made of."""
    found = {model}

    def walk(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.update(parts(annotation))
        for argument in get_args(annotation):
            walk(argument)

    for field in model.model_fields.values():
        walk(field.annotation)
    return found


MODELS = sorted(parts(FailureBatch) | parts(AlertBatch) | parts(SummaryBatch), key=lambda model: model.__name__)


def test_committed_files_equal_the_models() -> None:
    """P10. If this fails after a change that the versioning promise allows: make the files anew with --write."""
    assert drift() == []


def test_every_file_is_there_under_its_name() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.schema.json" for name in NAMES}
    assert sorted(SCHEMAS) == list(NAMES)


def test_drift_names_missing_changed_and_stale_files(tmp_path: Path) -> None:
    write(tmp_path)
    assert drift(tmp_path) == []
    (tmp_path / "alert.schema.json").unlink()
    (tmp_path / "old.schema.json").write_text("{}")
    (tmp_path / "run-summary.schema.json").write_text("{}")

    assert drift(tmp_path) == [
        "alert.schema.json is missing",
        "old.schema.json has no model",
        "run-summary.schema.json differs from the model",
    ]
    write(tmp_path)
    assert drift(tmp_path) == []


def test_command_exits_1_and_says_what_to_do_when_files_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], tmp_path) == 1
    message = capsys.readouterr().err
    assert "failure-batch.schema.json is missing" in message
    assert "--write" in message
    assert main(["--write"], tmp_path) == 0
    assert main([], tmp_path) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", NAMES)
def test_schema_says_its_dialect_and_version(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:locust-failure-schemas:1.1:{name}"


@pytest.mark.parametrize("name", NAMES)
def test_no_schema_forbids_further_keys(name: str) -> None:
    """P10: a reader with the JSON Schema of 1.0 must accept data of 1.1."""
    schema = SCHEMAS[name]
    forbidden = [place for place in places(schema) if place[-1] in ("additionalProperties", "unevaluatedProperties")]
    assert [place for place in forbidden if not isinstance(at(schema, place), dict)] == []


@pytest.mark.parametrize("name", NAMES)
def test_only_the_closed_list_is_an_enum(name: str) -> None:
    """P10: lists that may grow are examples."""
    schema = SCHEMAS[name]
    enums = [place for place in places(schema) if place[-1] == "enum"]
    assert {tuple(at(schema, place)) for place in enums} <= {("firing", "resolved")}


@pytest.mark.parametrize(("field", "values"), [("category", Category), ("role", Role), ("severity", Severity)])
def test_open_list_shows_all_known_values_as_examples(field: str, values: Any) -> None:
    shown = [
        at(schema, place)["examples"]
        for schema in SCHEMAS.values()
        for place in places(schema)
        if place[-2:] == ("properties", field)
    ]
    assert shown
    assert all(examples == list(get_args(values)) for examples in shown)


def test_open_list_that_may_be_null_shows_all_known_values_as_examples() -> None:
    assert SCHEMAS["alert"]["properties"]["resolution"]["anyOf"] == [
        {"type": "string", "examples": list(get_args(Resolution))},
        {"type": "null"},
    ]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema_version",), "2.0"),
        (("kind",), "alerts"),
        (("failures",), []),
        (("failures", 0, "sequence"), 0),
        (("failures", 0, "error", "fingerprint"), "x"),
        (("failures", 0, "response", "status_code"), 42),
        (("failures", 0, "request", "headers"), {"a": 1}),
        (("run", "id"), None),
    ],
    ids=str,
)
def test_json_schema_refuses_what_breaks_the_contract(place: Any, value: object) -> None:
    assert problems(SCHEMAS["failure-batch"], replaced(document("failures.complete"), place, value))


def owners(model: type[BaseModel]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The description of the model in every batch that holds it, with the definitions around it."""
    for batch in BATCHES:
        known = {SCHEMAS[batch]["title"]: SCHEMAS[batch], **SCHEMAS[batch]["$defs"]}
        if model.__name__ in known:
            yield known[model.__name__], SCHEMAS[batch]["$defs"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_described_and_every_leaf_has_an_example(model: type[BaseModel]) -> None:
    described = next(owner["properties"] for owner, _ in owners(model))

    assert model.__doc__
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.description.rstrip().endswith("."), name
        text = json.dumps(described[name])
        assert '"examples": [' in text or "#/$defs/" in text, name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_example_is_valid(model: type[BaseModel]) -> None:
    for owner, definitions in owners(model):
        for name, field in model.model_fields.items():
            for example in field.examples or ():
                assert problems({**owner["properties"][name], "$defs": definitions}, example) == [], name
