"""What one host may cost: answers, processor time, and bytes on standard error. Without I/O.

The caller passes the time, in seconds of any clock, so that both engines and the tests use the same rules.
"""

from typing import NamedTuple

ANSWER_RATE = 50.0
"""Answers of a stream that a host may send each second in the long run. A watch sends at most five."""

ANSWER_BURST = 1000.0
"""Answers of a stream that a host may send at once: those that waited while navi was suspended."""

WORK_RATE = 0.07
"""Seconds of work that the answers of one host may take each second in the long run: twice what 300 busy sessions take.
"""

WORK_BURST = 3.0
"""Seconds of work that the answers of one host may take at once."""

WORK_SHARE = 0.1
"""The largest share of time that is spent on one host's answers at any moment."""

LONG_WORK = 0.005
"""Work that takes fewer seconds is not followed by a pause."""

ERROR_RATE = 2 * 2**20
"""Bytes of a shell's standard error that navi reads each second in the long run."""

ERROR_BURST = 256 * 1024
"""Bytes of a shell's standard error that navi reads at once."""

UNANSWERED_ERRORS = 16 * 2**20
"""Bytes of standard error that a shell may write without answering."""

KEPT_ERRORS = 32 * 1024
"""Bytes of standard error that are kept of its beginning, and of its end."""


class Overrun(Exception):
    """The host exceeds its budget; the text says how."""


class TokenBucket:
    """An allowance that refills by `rate` each second, up to `burst`."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._burst = self._left = burst
        self._at: float | None = None
        self._full_at = 0.0
        self._spent = 0.0

    def spend(self, now: float, amount: float) -> float:
        """Spend an amount; return the rest, which is negative if the amount was too large."""
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self.rate)
        if self._at is None or self._left == self._burst:
            self._full_at, self._spent = now, 0.0
        self._at = now
        self._left -= amount
        self._spent += amount
        return self._left

    @property
    def pace(self) -> float:
        """The amount spent per second since the bucket was last full."""
        return self._spent / max(1.0, (self._at or 0.0) - self._full_at)


class WorkTime(NamedTuple):
    """How long some work took: in seconds of processor time, and in seconds until it was done."""

    seconds: float = 0.0
    elapsed: float = 0.0


class Budget:
    """The budget of a stream from one host."""

    def __init__(self) -> None:
        self._answers = TokenBucket(ANSWER_RATE, ANSWER_BURST)
        self._work = TokenBucket(WORK_RATE, WORK_BURST)

    def count(self, now: float, answers: int) -> None:
        """Count answers. Raise Overrun when there are too many for too long."""
        if self._answers.spend(now, answers) < 0:
            raise Overrun(f"sends {self._answers.pace:.0f} answers a second, more than {ANSWER_RATE:.0f}")

    def work(self, now: float, work: WorkTime) -> float:
        """Count the work on its answers; return the seconds to leave for other hosts before more is done.

        Raise Overrun when it is too much for too long.
        """
        if self._work.spend(now, work.seconds) < 0:
            share = f"{100 * self._work.pace:.0f} % of a processor, more than {100 * WORK_RATE:.0f} %"
            raise Overrun(f"sends answers that take {share}")
        return work.elapsed / WORK_SHARE - work.elapsed if work.seconds > LONG_WORK else 0.0


class Errors:
    """What a shell writes to standard error: the beginning and the end of it, and how fast it is read."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._unanswered = 0
        self._bucket = TokenBucket(ERROR_RATE, ERROR_BURST)

    def take(self, now: float, data: bytes) -> float:
        """Take bytes; return the seconds to wait before more are read."""
        self._unanswered += len(data)
        room = KEPT_ERRORS - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:])[-KEPT_ERRORS:]
        return max(0.0, -self._bucket.spend(now, len(data)) / ERROR_RATE)

    def answered(self) -> None:
        """Note that the shell has answered."""
        self._unanswered = 0

    @property
    def excessive(self) -> bool:
        """Whether the shell writes errors only, and too many."""
        return self._unanswered > UNANSWERED_ERRORS

    @property
    def data(self) -> bytes:
        """What was kept. A gap falls between two lines."""
        return self._head + (b"\n" if len(self._tail) == KEPT_ERRORS else b"") + self._tail
