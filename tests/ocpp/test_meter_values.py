"""MeterValues: section 4.7, rules T6, T9, T14; field rule 4."""

from typing import Any

import orjson
import pytest

from domain.model.meter import Meter
from domain.model.quarantine import Quarantine
from tests.ocpp.harness import NOON, Csms, meter_value, moment, start, stop, token, values


def charging() -> Csms:
    return Csms().given(token()).when("StartTransaction", start())


def reading(*samples: dict[str, Any]) -> dict[str, Any]:
    value = {"timestamp": moment(5), "sampledValue": list(samples)}
    return {"connectorId": 1, "meterValue": [value]}


def streams(csms: Csms) -> list[str]:
    return [fact.originator_id for fact in csms.told if isinstance(fact, Meter.Read)]


def test_readings_of_a_transaction_go_to_its_log():
    story = charging().when("MeterValues", values(transactionId=1)).answered({})
    story.then(
        (
            Meter.Read,
            {
                "station": "CP1",
                "connector": 1,
                "transaction": 1,
                "samples": '[{"value":"2000"}]',
                "register_wh": 2000,
                "source": "MeterValues",
            },
        )
    )
    assert streams(story) == ["meter:transaction:1"]


@pytest.mark.parametrize("claimed", [0, -1, -16, 99, None])
def test_readings_of_no_known_transaction_go_to_the_connectors_log(claimed: int | None):
    story = charging().when("MeterValues", values(transactionId=claimed)).answered({})
    story.then((Meter.Read, {"transaction": claimed}))
    assert streams(story) == ["meter:connector:CP1:1"]


def test_readings_of_another_stations_transaction_stay_with_who_sent_them():
    story = charging().when("MeterValues", values(transactionId=1), station="CP2")
    assert streams(story) == ["meter:connector:CP2:1"]


def test_values_that_name_no_transaction_are_the_connectors_though_one_is_running():
    assert streams(charging().when("MeterValues", values())) == ["meter:connector:CP1:1"]


def test_the_main_meter_is_connector_0():
    assert streams(Csms().when("MeterValues", values(connectorId=0))) == ["meter:connector:CP1:0"]


def test_samples_are_stored_exactly_as_sent():
    samples = (
        '[ {"value" : "1.50", "unit":"kWh"}, {"format":"SignedData","value":"OCMF|{\\"a\\"}"} ]'
    )
    payload = (
        f'{{"connectorId":1,"meterValue":[{{"timestamp":"{moment(5)}","sampledValue":{samples}}}]}}'
    )
    Csms().when("MeterValues", payload.encode()).deviating().then(
        (Meter.Read, {"samples": samples, "register_wh": 1500})
    )


def test_values_of_several_moments_are_several_readings_in_order():
    several = {"connectorId": 1, "meterValue": [meter_value(5, 100), meter_value(10, 200)]}
    story = Csms().when("MeterValues", several)
    assert [fact.register_wh for fact in story.told if isinstance(fact, Meter.Read)] == [100, 200]
    story.restart().when("MeterValues", several).then()


@pytest.mark.parametrize(
    ("sample", "wh"),
    [
        ({"value": "1234"}, 1234),
        ({"value": "1234.6"}, 1235),
        ({"value": "1.2345", "unit": "kWh"}, 1234),
        ({"value": " 7 ", "unit": "Wh"}, 7),
        ({"value": "7", "location": "Outlet", "format": "Raw"}, 7),
        ({"value": "7", "measurand": "Energy.Active.Import.Register"}, 7),
        ({"value": "7", "measurand": "Energy.Active.Export.Register"}, None),
        ({"value": "7", "measurand": "Voltage", "unit": "V"}, None),
        ({"value": "7", "phase": "L1"}, None),
        ({"value": "7", "location": "Inlet"}, None),
        ({"value": "7", "format": "SignedData"}, None),
        ({"value": "7", "unit": "varh"}, None),
        ({"value": "7", "unit": "MWh"}, None),
        ({"value": ""}, None),
        ({"value": "much"}, None),
        ({"value": "nan"}, None),
        ({"value": "1e999"}, None),
        ({"value": "1e30"}, None),
    ],
)
def test_the_register_is_the_outlets_active_import_in_wh(sample: dict[str, Any], wh: int | None):
    story = Csms().when("MeterValues", reading(sample))
    story.then((Meter.Read, {"register_wh": wh}))


def test_a_repeat_is_stored_once():
    story = charging().when("MeterValues", values(transactionId=1))
    story.when("MeterValues", values(transactionId=1)).then().answered({})
    story.restart().when("MeterValues", values(transactionId=1)).then()


def test_values_taken_before_the_stop_may_come_after_it():
    story = charging().when("StopTransaction", stop(1, 30))
    story.when("MeterValues", values(20, transactionId=1)).then((Meter.Read, {}))


def test_values_taken_after_the_stop_are_kept_and_put_aside_once():
    story = charging().when("StopTransaction", stop(1, 30))
    story.when("MeterValues", values(31, transactionId=1)).then(
        (Meter.Read, {}),
        (Quarantine.Kept, {"subject": "values after the end of transaction 1"}),
    )
    story.when("MeterValues", values(32, transactionId=1)).then((Meter.Read, {}))
    assert streams(story) == ["meter:transaction:1"]


def test_a_superseded_transaction_that_still_counts_is_for_a_person():
    story = charging().when("StartTransaction", start(10))
    story.when("MeterValues", values(20, transactionId=1)).then(
        (Meter.Read, {}), (Quarantine.Kept, {})
    )


@pytest.mark.parametrize(
    ("samples", "stored", "deviation"),
    [
        ([{"value": 7}], [{"value": "7"}], "meterValue.sampledValue.value sent as number"),
        (
            [{"value": "7", "unit": "Kelvin"}],
            [{"value": "7", "unit": "Kelvin"}],
            "meterValue.sampledValue.unit has the unknown value 'Kelvin'",
        ),
        ([{"value": "7", "x": 1}], [{"value": "7"}], "unknown field meterValue.sampledValue.x"),
        ([{"value": "7"}, {}], [{"value": "7"}], "meterValue.sampledValue.value is missing"),
        ({"value": "7"}, [{"value": "7"}], "meterValue.sampledValue sent as object"),
    ],
)
def test_strange_samples_are_stored_as_far_as_understood(samples: Any, stored: Any, deviation: str):
    value = {"timestamp": moment(5), "sampledValue": samples}
    story = Csms().when("MeterValues", {"connectorId": 1, "meterValue": [value]})
    assert story.deviations == [deviation]
    assert [orjson.loads(f.samples) for f in story.told if isinstance(f, Meter.Read)] == [stored]


@pytest.mark.parametrize("samples", [[], "", None, 7, [7], [{}]])
def test_no_samples_are_no_reading(samples: Any):
    value = {"timestamp": moment(5), "sampledValue": samples}
    story = Csms().when("MeterValues", {"connectorId": 1, "meterValue": [value]}).answered({})
    story.then()
    assert story.deviations


def test_a_missing_time_is_the_time_of_receipt():
    value = {"sampledValue": [{"value": "7"}]}
    story = Csms().when("MeterValues", {"connectorId": 1, "meterValue": [value]})
    story.then((Meter.Read, {"sampled_at": story.now}))
    assert story.now > NOON


@pytest.mark.parametrize("payload", [b"null", b"[]", b'{"meterValue":7}', b'{"connectorId":"x"}'])
def test_meter_values_are_never_refused_for_their_content(payload: bytes):
    Csms().when("MeterValues", payload).answered({})


def test_characters_that_no_database_takes_are_not_stored():
    story = Csms().when("MeterValues", reading({"value": "1\0"}))
    assert [f.samples for f in story.told if isinstance(f, Meter.Read)] == ['[{"value":"1"}]']


def test_a_batch_loads_all_it_needs_with_one_query():
    story = charging().restart()
    story.log.queries.clear()
    story.when("MeterValues", values(transactionId=1))
    assert story.log.queries == [["transaction:1"]]
