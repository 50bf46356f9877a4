"""The JSON Schemas of what events tell, made of their shapes."""

import inspect
from functools import lru_cache
from typing import Any

import msgspec

from projections.events import catalogue

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@lru_cache(maxsize=1)
def schemas() -> dict[str, dict[str, Any]]:
    """The schema of the data of each type, by type."""
    return {name: _schema(name, shape) for name, shape in catalogue.TYPES.items()}


def _schema(name: str, shape: type) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    own = components.pop(shape.__name__)
    described = inspect.getdoc(shape) or ""
    schema = {
        "$schema": _DIALECT,
        "$id": catalogue.schema_name(name),
        **own,
        "title": name,
        "description": " ".join(described.split()),
    }
    return schema | ({"$defs": components} if components else {})
