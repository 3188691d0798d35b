"""JSON Schema (draft 2020-12) of the models, for readers without Python. Generates and compares; validates nothing.

python -m locust_failure_schemas.json_schema --check     exit 1 if the committed files differ
python -m locust_failure_schemas.json_schema --write     write them anew
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from ._base import Model
from .alert import Alert
from .batch import AlertBatch, FailureBatch, SummaryBatch
from .failure import FailureRecord
from .summary import RunSummary
from .version import SCHEMA_VERSION

FOLDER: Final = Path(__file__).parent / "json"
"""Where the generated files lie, in the repository and in the wheel."""

_MODELS: Final[dict[str, type[Model]]] = {
    "failure-record": FailureRecord,
    "alert": Alert,
    "run-summary": RunSummary,
    "failure-batch": FailureBatch,
    "alert-batch": AlertBatch,
    "summary-batch": SummaryBatch,
}


class _ForReaders(GenerateJsonSchema):
    """Describes what to read, not what to write: unknown keys are allowed, so 1.y data passes the schema of 1.0."""

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        return {"$schema": self.schema_dialect, **super().generate(schema, mode)}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        if described.get("additionalProperties") is False:
            del described["additionalProperties"]
        return described

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False  # a title that repeats the key says nothing


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema by name, such as `failure-batch`; each complete in itself."""
    return {
        name: {
            "$id": f"urn:locust-failure-schemas:{SCHEMA_VERSION}:{name}",
            **_one_line(model.model_json_schema(schema_generator=_ForReaders)),
        }
        for name, model in _MODELS.items()
    }


def _one_line(node: Any) -> Any:
    """The same tree, with line breaks of the source taken out of descriptions."""
    if isinstance(node, list):
        return [_one_line(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    return {
        key: " ".join(value.split()) if key == "description" and isinstance(value, str) else _one_line(value)
        for key, value in cast("dict[str, Any]", node).items()
    }


def _files(folder: Path) -> dict[Path, str]:
    """Text of every file, by path."""
    return {
        folder / f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in json_schemas().items()
    }


def write(folder: Path = FOLDER) -> None:
    """Write every file, and remove those that no model has any more."""
    files = _files(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in set(folder.glob("*.schema.json")) - files.keys():
        stale.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


def drift(folder: Path = FOLDER) -> list[str]:
    """What differs between the files and the models, one sentence each; empty if nothing does."""
    files = _files(folder)
    found = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.schema.json")}
    return sorted(
        [
            *(f"{path.name} is missing" for path in files.keys() - found.keys()),
            *(f"{path.name} has no model" for path in found.keys() - files.keys()),
            *(f"{path.name} differs from the model" for path, text in files.items() if found.get(path, text) != text),
        ]
    )


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Command line; returns the exit code: 0 fine, 1 the files differ."""
    parser = argparse.ArgumentParser(prog="python -m locust_failure_schemas.json_schema", description=__doc__)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="compare the committed files with the models (default)")
    action.add_argument("--write", action="store_true", help="write the files anew")
    if parser.parse_args(arguments).write:
        write(folder)
        return 0
    problems = drift(folder)
    if problems:
        sys.stderr.write(
            "JSON Schema and models have drifted apart:\n"
            + "".join(f"  {problem}\n" for problem in problems)
            + "If the change is allowed by the versioning promise (README.md), run:\n"
            + "  python -m locust_failure_schemas.json_schema --write\n"
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
