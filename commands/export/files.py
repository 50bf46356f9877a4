"""Records into files: the one place that knows pyarrow (ADR 35)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType, NoneType
from typing import Any, BinaryIO, get_args, get_type_hints

import orjson
import pyarrow as pa
from pyarrow import csv, parquet

from commands.export.kinds import Format

_TYPES: Mapping[type, pa.DataType] = MappingProxyType(
    {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
)

Write = Callable[[Sequence[Any]], None]


def writer(format: Format, record: type, out: BinaryIO) -> AbstractContextManager[Write]:
    """What takes records of a dataclass and writes them; the file is whole when it is left."""
    return _WRITERS[format](record, out)


def schema_of(record: type) -> pa.Schema:
    """Its fields as columns; those that may be None are nullable."""
    hints = get_type_hints(record)
    return pa.schema([_field(each.name, hints[each.name]) for each in fields(record)])


def _field(name: str, hint: object) -> pa.Field:
    plain = [each for each in get_args(hint) or (hint,) if each is not NoneType]
    return pa.field(name, _TYPES[plain[0]], nullable=NoneType in get_args(hint))


def _batch(schema: pa.Schema, records: Sequence[Any]) -> pa.RecordBatch:
    columns = [
        pa.array((getattr(each, field.name) for each in records), type=field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def _parquet(record: type, out: BinaryIO) -> Iterator[Write]:
    schema = schema_of(record)
    with parquet.ParquetWriter(out, schema, compression="zstd") as file:
        yield lambda records: file.write_batch(_batch(schema, records))


@contextmanager
def _csv(record: type, out: BinaryIO) -> Iterator[Write]:
    schema = schema_of(record)
    with csv.CSVWriter(out, schema) as file:
        yield lambda records: file.write_batch(_batch(schema, records))


@contextmanager
def _jsonl(_: type, out: BinaryIO) -> Iterator[Write]:
    """A record a line; instants as in RFC 3339."""
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z

    def write(records: Sequence[Any]) -> None:
        out.writelines(orjson.dumps(each, option=options) for each in records)

    yield write


_WRITERS: Mapping[Format, Callable[[type, BinaryIO], AbstractContextManager[Write]]] = (
    MappingProxyType({Format.PARQUET: _parquet, Format.CSV: _csv, Format.JSONL: _jsonl})
)
