"""What follows from facts: read models, the calls that go out, timers."""
