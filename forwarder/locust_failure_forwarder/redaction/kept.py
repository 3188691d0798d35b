"""Exact places that the user wants left alone, such as `request.body.user.token_hint`. Pure."""

from collections.abc import Iterable, Mapping
from typing import Union

from ..config.secret_kinds import KEPT_ROOTS

Node = Mapping[str, Union["Node", None]]
"""What is kept below a place, by the next key or index; None where the place itself is kept, `*` for any."""


def is_path(rule: str) -> bool:
    """Whether a rule of `keep` names a place and not a key."""
    return rule.startswith(tuple(f"{root}." for root in KEPT_ROOTS))


def kept_places(rules: Iterable[str]) -> dict[str, Node]:
    """By root, what is kept below it."""
    places: dict[str, dict[str, Node | None]] = {}
    for rule in rules:
        root = next((root for root in KEPT_ROOTS if rule.startswith(f"{root}.")), None)
        if root is None:
            continue
        steps = rule[len(root) + 1 :].split(".")
        if root.endswith("headers"):
            steps = [".".join(steps).lower()]
        node = places.setdefault(root, {})
        for step in steps[:-1]:
            below = node.get(step)
            if not isinstance(below, dict):
                below = node[step] = {}
            node = below
        node.setdefault(steps[-1], None)
    return dict(places)


def holds(node: Node, step: str) -> bool:
    """Whether a rule speaks of this key or index."""
    return step in node or "*" in node


def below(node: Node, step: str) -> Node | None:
    """What is kept below this key or index; None if it is kept itself."""
    return node[step] if step in node else node["*"]
