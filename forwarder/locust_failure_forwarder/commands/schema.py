"""`failure-forwarder schema`: the JSON Schema files of the schemas package."""

import json
import sys

from locust_failure_schemas.json_schema import json_schemas


def print_schema(name: str | None) -> int:
    """Print one schema, or the names of all; 2 if there is none of that name."""
    schemas = json_schemas()
    if name is None:
        for known in schemas:
            print(known)  # noqa: T201 - the command's output
        return 0
    if name not in schemas:
        sys.stderr.write(f"no schema is named {name}; there are: {', '.join(schemas)}\n")
        return 2
    print(json.dumps(schemas[name], indent=2, ensure_ascii=False))  # noqa: T201 - the command's output
    return 0
