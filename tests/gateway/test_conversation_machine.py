"""Whatever is said in whatever order, a conversation keeps the rules of OCPP-J 4.1."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import frames, wire
from gateway.calls import Rules
from gateway.conversation import Conversation
from gateway.effects import Effect, Effects, Forward, Outcome, Report, Write

RULES = Rules(in_progress_for=60.0, most_in_progress=4, most_waiting=3, remembered_calls=8)
names = st.sampled_from([f"id-{n}" for n in range(6)])


class ConversationMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.conversation = Conversation(RULES)
        self.now = 0.0
        self.made = 0
        self.closed = False
        self.outstanding: str | None = None
        self.queue: list[str] = []  # accepted, not written, in order
        self.held: dict[str, tuple[str, float]] = {}  # what a call of ours waits for, how long
        self.ends: Counter[str] = Counter()  # how often a call of ours ended
        self.begun: dict[str, tuple[bytes, float]] = {}  # in progress, as the station sees it

    # --- what happens -----------------------------------------------------------------------

    @rule(timeout=st.sampled_from([5.0, 30.0]), after=st.just("") | names)
    def the_domain_calls(self, timeout: float, after: str) -> None:
        self.made += 1
        name = f"call-{self.made}"
        frame = frames.call(name, "Reset", b"{}")
        call = wire.Call(
            station="CP1", connection=1, call=name, frame=frame, timeout=timeout, after=after
        )
        self.queue.append(name)
        _, since = self.begun.get(after, (b"", float("-inf")))
        self.held[name] = after, since + RULES.in_progress_for
        self.heed(self.conversation.call(call, self.now))
        repeat = self.conversation.call(call, self.now)
        assert self.ends[name] or not [each for each in repeat if isinstance(each, Write)]

    @precondition(lambda self: self.outstanding)
    @rule()
    def the_station_answers(self) -> None:
        answered, self.outstanding = self.outstanding, None
        assert answered
        self.ends[answered] += not self.closed
        frame = frames.result(answered, b"{}")
        self.heed(self.conversation.receive(frame, self.now), forwarded=frame)

    @rule(name=names | st.just("call-1"))
    def the_station_answers_something_else(self, name: str) -> None:
        if name != self.outstanding:
            frame = frames.result(name, b"{}")
            self.heed(self.conversation.receive(frame, self.now), forwarded=frame)

    @rule(name=names, action=st.sampled_from(["Heartbeat", "Authorize"]))
    def the_station_calls(self, name: str, action: str) -> None:
        frame = frames.call(name, action, b"{}")
        self.forget()
        before = self.begun.get(name)
        is_retry = before is not None and before[0] == frame and self.is_patience_over(before[1])
        is_new = before is None or is_retry
        effects = self.conversation.receive(frame, self.now)
        if is_new and not self.closed:
            self.begun.pop(name, None)
            self.begun[name] = frame, self.now
            self.begun = dict(list(self.begun.items())[-RULES.most_in_progress :])
        complaints = [each for each in effects if is_answer(each)]
        clashes = not is_new and self.begun[name][0] != frame and not self.closed
        assert len(complaints) == clashes
        self.heed(
            tuple(each for each in effects if each not in complaints),
            forwarded=frame if is_new else None,
        )

    @rule(name=names)
    def the_domain_answers(self, name: str) -> None:
        self.forget()
        frame = frames.result(name, b"{}")
        effects = self.conversation.answer(frame, self.now)
        is_awaited = self.begun.pop(name, None) is not None and not self.closed
        assert (Write(frame) in effects) == is_awaited
        assert not is_awaited or effects[0] == Write(frame)
        self.heed(effects[1:])

    @rule(seconds=st.sampled_from([0.5, 5.0, 29.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.heed(self.conversation.pass_time(self.now))

    @rule(frame=st.sampled_from([b"", b"[2]", b"[9]", b'[2,"id-1"]', b"[3]"]))
    def the_station_talks_nonsense(self, frame: bytes) -> None:
        for effect in self.conversation.receive(frame, self.now):
            assert not isinstance(effect, Report)

    @precondition(lambda self: self.made > 3)
    @rule()
    def the_socket_ends(self) -> None:
        self.heed(self.conversation.close())
        self.closed = True
        assert self.outstanding is None
        assert not self.queue

    # --- what must hold ---------------------------------------------------------------------

    def heed(self, effects: Effects, *, forwarded: bytes | None = None) -> None:
        """Follow effects of calls in order; exactly the one frame named is forwarded."""
        forwards = [effect.frame for effect in effects if isinstance(effect, Forward)]
        assert forwards == ([forwarded] if forwarded is not None and not self.closed else [])
        for effect in effects:
            if isinstance(effect, Write):
                written = frames.parse(effect.frame)
                assert isinstance(written, frames.Call)
                assert self.outstanding is None
                assert written.id == next(each for each in self.queue if self.may_go(each))
                self.queue.remove(written.id)
                self.outstanding = written.id
            elif isinstance(effect, Report):
                self.account_for(effect)

    def account_for(self, report: Report) -> None:
        if report.outcome is Outcome.SENT:
            assert report.call == self.outstanding
            return
        self.ends[report.call] += 1
        if report.outcome is Outcome.TIMED_OUT:
            assert report.call == self.outstanding
            self.outstanding = None
        else:
            self.queue.remove(report.call)

    def may_go(self, name: str) -> bool:
        after, until = self.held[name]
        return after not in self.begun or until <= self.now

    def is_patience_over(self, since: float) -> bool:
        return self.now - since >= RULES.repeated_within

    def forget(self) -> None:
        before = self.now - RULES.in_progress_for
        self.begun = {name: each for name, each in self.begun.items() if each[1] > before}

    @invariant()
    def no_call_ends_twice(self) -> None:
        assert all(times == 1 for times in self.ends.values())

    @invariant()
    def every_call_is_accounted_for(self) -> None:
        open_calls = len(self.queue) + (self.outstanding is not None)
        assert self.made == sum(self.ends.values()) + open_calls

    @invariant()
    def what_waits_has_a_deadline_ahead(self) -> None:
        deadline = self.conversation.next_deadline
        assert (deadline is not None) == (self.outstanding is not None or bool(self.queue))
        assert deadline is None or deadline > self.now

    @invariant()
    def nothing_that_may_go_waits_for_nothing(self) -> None:
        self.forget()
        assert self.outstanding or not any(self.may_go(each) for each in self.queue)


def is_answer(effect: Effect) -> bool:
    return isinstance(effect, Write) and not isinstance(frames.parse(effect.frame), frames.Call)


TestConversation = ConversationMachine.TestCase
