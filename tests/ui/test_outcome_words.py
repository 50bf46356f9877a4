"""How a call ended is told in words, with the reason."""

import pytest

from commands.ui.parts.outcome import said


def call(status, code="", description="", response=None):
    error = {"code": code, "description": description} if code or description else None
    return {"status": status, "error": error, "response": response}


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (call("timed_out", "", "no answer within 30 s"), "timed out: no answer within 30 s"),
        (call("refused", "InternalError", "it jams"), "refused: InternalError, it jams"),
        (call("refused", "NotSupported"), "refused: NotSupported"),
        (call("cancelled", "", "an-admin"), "cancelled by an-admin"),
        (call("answered", response={"status": "Rejected"}), "Rejected"),
        (call("answered", response={}), "answered"),
        (call("queued"), "waiting for the station"),
    ],
)
def test_a_call_is_told_as_it_ended(ended, words):
    assert said(ended)["text"] == words
