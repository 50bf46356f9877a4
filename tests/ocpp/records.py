"""JSON that our records describe: what their types allow, and what lies just beyond."""

from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from tests.ocpp.schemas import MOST, TEXT, times


def described(record_type: Any) -> st.SearchStrategy[Any]:
    """JSON values of the members and the kinds of values of a record."""
    return _values(inspect.type_info(record_type))


def _values(node: inspect.Type) -> st.SearchStrategy[Any]:
    match node:
        case inspect.StructType():
            return _objects(node)
        case inspect.VarTupleType() | inspect.ListType():
            return st.lists(_values(node.item_type), max_size=3)
        case inspect.UnionType():
            present = [kind for kind in node.types if not isinstance(kind, inspect.NoneType)]
            return st.one_of(*map(_values, present))
        case inspect.LiteralType():
            return st.sampled_from(node.values) | st.just("Else")
        case _:
            return _scalars(node)


def _objects(node: inspect.StructType) -> st.SearchStrategy[Any]:
    members = {field.encode_name: _values(field.type) for field in node.fields}
    required = [field.encode_name for field in node.fields if field.required]
    return st.fixed_dictionaries(
        {name: members[name] for name in required},
        optional={name: member for name, member in members.items() if name not in required},
    )


def _scalars(node: inspect.Type) -> st.SearchStrategy[Any]:
    match node:
        case inspect.IntType():
            return st.integers(-MOST - 1, MOST + 1)
        case inspect.FloatType():
            return st.floats(-1e6, 1e6) | st.integers(-(10**7), 10**7).map(lambda n: n / 10)
        case inspect.DateTimeType():
            return times() | st.just("tomorrow")
        case inspect.StrType():
            return st.text(TEXT, max_size=(node.max_length or 30) + 1)
        case _:
            raise TypeError(node)
