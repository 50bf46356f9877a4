"""The read model of meter values: one row per sampled value, defaults of OCPP 1.6 made explicit."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import orjson
from sqlalchemy import Connection, Index, Select, select, tuple_

from domain.model.meter import Meter
from projections.portions import Portion
from projections.readmodel import Appended, Noted
from projections.tables import fetch, table

_OF_TRANSACTION = "meter:transaction:"


@dataclass(slots=True, kw_only=True)
class MeterValueRow:
    """A SampledValue (OCPP 1.6 section 7.43). `raw` is what the station sent, signed data too."""

    position: int
    index: int  # within its MeterValue
    station: str
    connector: int
    transaction: int | None  # None when it belongs to no known one
    claimed_transaction: int | None  # what the station said
    sampled_at: datetime  # the station's clock
    received_at: datetime
    source: str  # MeterValues or StopTransaction
    measurand: str
    phase: str  # "" when it is the value of all phases
    context: str
    location: str
    unit: str  # "" when the station gave none and the measurand has no default
    format: str
    value: float | None  # None when `raw` is no number
    raw: str


METER_VALUES = table(
    "meter_values_v2",  # 2: an index by the time of sampling; it costs 2 µs a row, a third more
    MeterValueRow,
    Index("meter_values_v2_transaction", "transaction", "position"),
    Index("meter_values_v2_station", "station", "position"),
    Index("meter_values_v2_sampled", "station", "connector", "sampled_at"),
    key=["position", "index"],
)


def _rows(noted: Noted) -> Iterator[MeterValueRow]:
    fact = noted.fact
    if isinstance(fact, Meter.Read):
        for index, sample in enumerate(_samples(fact.samples)):
            yield _row(noted.position, index, fact, sample)


def told_in(fact: Meter.Read) -> list[MeterValueRow]:
    """The values of a reading, wherever it stands in the log."""
    return list(_rows(Noted(0, fact.TOPIC, fact)))


def _row(position: int, index: int, fact: Meter.Read, sample: dict[str, object]) -> MeterValueRow:
    stream, raw = fact.originator_id, _text(sample, "value", "")
    measurand = _text(sample, "measurand", "Energy.Active.Import.Register")
    shape = _text(sample, "format", "Raw")
    known = stream.startswith(_OF_TRANSACTION)
    return MeterValueRow(
        position=position,
        index=index,
        station=fact.station,
        connector=fact.connector,
        transaction=int(stream.removeprefix(_OF_TRANSACTION)) if known else None,
        claimed_transaction=fact.transaction,
        sampled_at=fact.sampled_at,
        received_at=fact.timestamp,
        source=fact.source,
        measurand=measurand,
        phase=_text(sample, "phase", ""),
        context=_text(sample, "context", "Sample.Periodic"),
        location=_text(sample, "location", "Outlet"),
        unit=_text(sample, "unit", "Wh" if measurand.startswith("Energy.") else ""),
        format=shape,
        value=_number(raw) if shape == "Raw" else None,
        raw=raw,
    )


def _samples(text: str) -> list[dict[str, object]]:
    """The samples; what cannot be read as such stays in the fact alone."""
    try:
        samples = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return [each for each in samples if isinstance(each, dict)]


def _text(sample: dict[str, object], name: str, default: str) -> str:
    value = sample.get(name)
    if value is None:
        return default
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text.replace("\0", "\ufffd")


def _number(raw: str) -> float | None:
    try:
        value = float(raw)
    except ValueError:
        return None
    return value if isfinite(value) and "_" not in raw else None


MODEL = Appended("meter_values", METER_VALUES, topics=[Meter.Read.TOPIC], rows=_rows, version=2)
VIEW = select(METER_VALUES)


def portion(connection: Connection, wanted: Portion) -> list[MeterValueRow]:
    """Values in the order in which they came."""
    columns = METER_VALUES.c
    order = (columns.position, columns.index)
    return _fetched(
        connection,
        wanted.of(VIEW, order=order, received=columns.received_at, station=columns.station),
    )


def of_transaction(
    connection: Connection, transaction: int, *, after: int = 0, limit: int = 1000
) -> list[MeterValueRow]:
    """The values of a transaction, oldest first, of the positions after `after`."""
    columns = METER_VALUES.c
    query = VIEW.where(columns.transaction == transaction, columns.position > after)
    return _fetched(connection, query.order_by(columns.position, columns.index).limit(limit))


def of_station(
    connection: Connection,
    station: str,
    *,
    connector: int | None = None,
    measurand: str = "",
    in_transaction: bool | None = None,
    before: int = 0,
    limit: int = 1000,
) -> list[MeterValueRow]:
    """The values of a station, newest first, of the positions before `before` (0: the newest)."""
    columns = METER_VALUES.c
    query = VIEW.where(columns.station == station)
    if connector is not None:
        query = query.where(columns.connector == connector)
    if measurand:
        query = query.where(columns.measurand == measurand)
    if in_transaction is not None:
        belongs = columns.transaction.is_not(None)
        query = query.where(belongs if in_transaction else ~belongs)
    if before:
        query = query.where(columns.position < before)
    order = (columns.position.desc(), columns.index.desc())
    return _fetched(connection, query.order_by(*order).limit(limit))


def _fetched(connection: Connection, query: Select[tuple[object, ...]]) -> list[MeterValueRow]:
    return fetch(connection, query, MeterValueRow)


def of_window(
    connection: Connection,
    station: str,
    connector: int,
    *,
    measurands: Collection[str],
    begin: datetime,
    end: datetime,
    most: int,
) -> tuple[list[MeterValueRow], bool]:
    """The values sampled from `begin` to before `end`, newest first; whether older are left out.

    They are those of the newest `most` moments, all of each: a moment is what came at one position.
    """
    columns = METER_VALUES.c
    query = VIEW.where(columns.station == station, columns.connector == connector)
    query = query.where(columns.measurand.in_(measurands))
    query = query.where(columns.sampled_at >= begin, columns.sampled_at < end)
    moment = (columns.sampled_at, columns.position)
    newest = [each.desc() for each in moment]
    beyond = query.with_only_columns(*moment).group_by(*moment).order_by(*newest).offset(most)
    left_out = connection.execute(beyond.limit(1)).first()
    if left_out is not None:
        query = query.where(columns.sampled_at >= left_out.sampled_at)  # for the index
        query = query.where(tuple_(*moment) > (left_out.sampled_at, left_out.position))
    rows = _fetched(connection, query.order_by(*newest, columns.index.desc()))
    return rows, left_out is not None
