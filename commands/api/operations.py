"""/api/v1/operations: what can be asked of a station, and how its payload is made."""

import inspect
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field

from commands.api.access import viewing
from commands.api.office import AnOffice
from commands.api.operation_words import CONSEQUENCES, LEADS_TO, MEANINGS, TENTHS, UNITS
from commands.api.problems import Problem
from commands.api.roles import Role
from commands.api.shapes import Segment
from domain.ocpp.action import Outgoing

router = APIRouter(prefix="/api/v1/operations", tags=["calls"], dependencies=[viewing])

_SUMMARY = re.compile(r"^\w+ \((?P<section>.*?)\): (?P<summary>.*)$", re.DOTALL)
_REFERENCE = re.compile(  # to our rules, and to sections of the specification
    r"^\d\.\d+\.\s*|\s*\(\d\.\d+\)|^\w+\.req\.\s*|\s*\((?:rule|OCTT|TC_|F\d|UnlockCommand)[^)]*\)"
)
_DEFINED = "#/$defs/"


class Operation(BaseModel):
    """An OCPP action that we call: `POST /api/v1/stations/{station}/calls/{action}`."""

    action: str
    group: str = Field(description='of actions, e.g. "smart charging"')
    section: str = Field(description="of the specification that has it")
    summary: str = Field(description="what it does")
    notes: str = Field(description="what to know of its answer")
    role: str = Field(description="that may send it")
    danger: bool = Field(description="whoever sends it should be asked once more")
    consequence: str = Field(description='what may come of it; "" when there is no danger')
    leads_to: Literal["", "job", "transaction"] = Field(
        description="what follows an answer: a job has the id of the call"
    )
    payload: dict[str, Any] = Field(
        description="JSON Schema of the payload, without references: `x-unit` is a unit, `title`"
        " the OCPP type; a date-time is RFC 3339"
    )


class Operations(BaseModel):
    """All of them."""

    items: list[Operation]


@router.get("")
def list_operations(office: AnOffice) -> Operations:
    """By name."""
    actions = office.callbox.actions
    return Operations(items=[described(actions[name]) for name in sorted(actions)])


@router.get("/{action}")
def get_operation(office: AnOffice, action: Segment) -> Operation:
    """One of them."""
    known = office.callbox.actions.get(action)
    if known is None:
        raise Problem(404, f"there is no action {action} to a station", kind="unknown-action")
    return described(known)


@lru_cache(maxsize=256)
def described(action: Outgoing) -> Operation:
    """An action as the API shows it."""
    module = inspect.getmodule(type(action))
    told = _SUMMARY.match(inspect.getdoc(module) or "")
    summary = told["summary"] if told else ""
    consequence = CONSEQUENCES.get(action.name, "")
    return Operation(
        action=action.name,
        group=type(action).__module__.split(".")[-2].replace("_", " "),
        section=told["section"] if told else "",
        summary=_plain(summary[:1].upper() + summary[1:]),
        notes=_plain(inspect.getdoc(type(action)) or ""),
        role=Role.operator.name,
        danger=bool(consequence),
        consequence=consequence,
        leads_to=LEADS_TO.get(action.name, ""),  # type: ignore[arg-type]  # pydantic checks it
        payload=_schema_of(action.Request),
    )


def _plain(text: str) -> str:
    """In one line, without references, and without marks of code."""
    return _REFERENCE.sub("", " ".join(text.split())).replace("`", "")


def _schema_of(record: type[msgspec.Struct]) -> dict[str, Any]:
    schema = msgspec.json.schema(record)
    definitions = schema.pop("$defs", {})
    made = _inlined(schema, definitions)
    return made | {"description": _plain(made.get("description", ""))}


def _inlined(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Without references; null is no value that may be sent, so it is left out."""
    if reference := schema.get("$ref"):
        return _inlined(definitions[reference.removeprefix(_DEFINED)], definitions)
    if choices := schema.get("anyOf"):
        told = [each for each in choices if each.get("type") != "null"]
        return _inlined(told[0], definitions)
    made = {name: value for name, value in schema.items() if name != "default"}
    if items := schema.get("items"):
        made["items"] = _inlined(items, definitions)
    if members := schema.get("properties"):
        made["properties"] = {
            name: _member(name, each, definitions) for name, each in members.items()
        }
    return made


def _member(name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    made = _inlined(schema, definitions)
    if name in UNITS:
        made["x-unit"] = UNITS[name]
    if name in TENTHS:
        made["multipleOf"] = 0.1
    if name in MEANINGS:
        made["description"] = MEANINGS[name]
    elif "description" in made:
        made["description"] = _plain(made["description"])
    return made
