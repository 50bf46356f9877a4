"""Each thing that happened is told in a sentence."""

import pytest

from commands.ui.pages.station.sentences import call_of, sentence, tone

STATUS = '[2,"a","StatusNotification",{"connectorId":2,"errorCode":"%s","status":"%s"}]'


def happening(kind, action="", payload="", answer="", **more):
    told = {"kind": kind, "action": action, "payload": payload, "answer": answer}
    return told | {"by": "", "message_id": ""} | more


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (
            happening("frame", "StatusNotification", STATUS % ("GroundFailure", "Faulted")),
            "It sent StatusNotification: connector 2 is Faulted (GroundFailure)",
        ),
        (happening("frame", "Heartbeat", '[2,"a","Heartbeat",{}]'), "It sent Heartbeat"),
        (
            happening("frame", "Reset", '[3,"a",{"status":"Accepted"}]'),
            "It answered Reset: Accepted",
        ),
        (
            happening("frame", "Reset", '[4,"a","NotSupported","no reset",{}]'),
            "It refused Reset: NotSupported no reset",
        ),
        (happening("frame", "", "{half a fra"), "It sent a message"),
        (
            happening("call", "Reset", '[2,"a","Reset",{"type":"Soft"}]'),
            "We called Reset: type Soft",
        ),
        (
            happening("wish", "RequestCall", '{"action":"Reset"}', by="carol"),
            "carol wished request call: Reset",
        ),
        (
            happening("wish", "CloseTransaction", "", '{"refused":"it is over"}', by="carol"),
            "carol wished close transaction, refused: it is over",
        ),
        (happening("opened", payload="10.0.0.1:4"), "It connected from 10.0.0.1:4"),
        (happening("closed", payload="1006"), "Its connection ended with 1006"),
        (happening("timed_out", "Reset"), "Reset was not answered in time"),
    ],
)
def test_what_happened_is_told_in_a_sentence(happened, said):
    assert sentence(happened) == said


def test_what_went_wrong_stands_out():
    assert tone(happening("frame", "StatusNotification", STATUS % ("NoError", "Faulted"))) == "bad"
    assert tone(
        happening("frame", "Fly", '[2,"a","Fly",{}]', '[4,"a","NotImplemented","",{}]')
    ) == ("bad")
    assert tone(happening("frame", "Heartbeat", '[2,"a","Heartbeat",{}]')) == "idle"


def test_a_call_is_found_from_its_wish_to_its_answer():
    wish = happening("wish", "RequestCall", '{"call":"c-1","action":"Reset"}')
    call = happening("call", "Reset", '[2,"c-1","Reset",{}]', message_id="c-1")
    answer = happening("frame", "Reset", '[3,"c-1",{}]', message_id="c-1")
    own = happening("frame", "Heartbeat", '[2,"h-1","Heartbeat",{}]', message_id="h-1")
    assert [call_of(each) for each in (wish, call, answer, own)] == ["c-1", "c-1", "c-1", ""]
