"""The manifests as `kubectl apply --kustomize` would send them: resources with patches applied."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it ships no types

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
Manifest = dict[str, Any]


def resources() -> list[Manifest]:
    """All resources, patched."""
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    found = [each for name in kustomization["resources"] for each in _documents(name)]
    for patch in kustomization["patches"]:
        for resource in found:
            if _is_meant(patch["target"], resource):
                _apply(resource, yaml.safe_load(patch["patch"]))
    return found


def pods() -> dict[str, Manifest]:
    """What every pod is made of, by the name of its deployment or set."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in resources()
        if each["kind"] in {"Deployment", "StatefulSet"}
    }


def _documents(name: str) -> Iterator[Manifest]:
    yield from yaml.safe_load_all((FOLDER / name).read_text())


def _is_meant(target: dict[str, str], resource: Manifest) -> bool:
    named = target.get("name", ".*")
    return bool(
        re.fullmatch(target["kind"], resource["kind"])
        and re.fullmatch(named, resource["metadata"]["name"])
    )


def _apply(resource: Manifest, operations: list[dict[str, Any]]) -> None:
    """Additions of RFC 6902: there are no others."""
    for operation in operations:
        assert operation["op"] == "add"
        *way, last = operation["path"].strip("/").split("/")
        place: Any = resource
        for key in way:
            place = place[int(key) if isinstance(place, list) else key]
        if isinstance(place, list):
            assert last == "-"
            place.append(operation["value"])
        else:
            place[last] = operation["value"]
