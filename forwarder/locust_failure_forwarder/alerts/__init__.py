"""Alert rules over samples of Locust's statistics: pure state machines. No I/O, no clock, no messages."""
