"""Long work that is under way, in one line of the footer: actions on many sessions, and hosts that are to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.core.model import HostView
from navi.core.text import clean


class Job:
    """Work of `total` steps. `words` say what is done (`killing`). It ends with its last step."""

    def __init__(self, words: str, total: int, changed: Callable[[Job], None]) -> None:
        self.words = words
        self.total = total
        self.done = 0
        self.stopped = False
        self._changed = changed

    def step(self) -> None:
        """Count a step that is done, or was dropped."""
        self.put(self.done + 1)

    def put(self, done: int) -> None:
        """Say how many steps are done."""
        if done != self.done:
            self.done = done
            self._changed(self)

    def stop(self) -> None:
        """Drop the steps that have not begun. What has begun goes on: its outcome could not be known."""
        self.stopped = True

    @property
    def over(self) -> bool:
        """Whether all steps are done."""
        return self.done >= self.total

    @property
    def text(self) -> str:
        """Return how far it is, in words."""
        return f"{self.words} {self.done} of {self.total}"


class HostsJob(Job):
    """A job whose steps are the answers of hosts."""

    @property
    def text(self) -> str:
        """Return how many have answered, in words."""
        if self.total == 1:
            return f"connecting to {clean(self.words)}"
        return f"{self.done} of {self.total} hosts answered"


class Progress:
    """The jobs that are under way. `show` gets the line about the newest one, "" if there is none."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._jobs: list[Job] = []

    def begin(self, words: str, total: int) -> Job:
        """Show a job from now on, until its last step."""
        return self._add(Job(words, total, self._changed))

    def begin_hosts(self, name: str, total: int) -> Job:
        """Show that hosts are to answer; `name` is that of the only one."""
        return self._add(HostsJob(name, total, self._changed))

    def end(self, job: Job) -> None:
        """Show a job no more, whether it is over or not."""
        if job in self._jobs:
            self._jobs.remove(job)
            self._show_last()

    def _add(self, job: Job) -> Job:
        if job.total:
            self._jobs.append(job)
            self._show_last()
        return job

    def _changed(self, job: Job) -> None:
        if job.over:
            self.end(job)
        else:
            self._show_last()

    def _show_last(self) -> None:
        self._show(self._jobs[-1].text if self._jobs else "")


class HostProgress:
    """Shows how many of the hosts have answered that are to: all at the start, and later those that are asked again."""

    def __init__(self, progress: Progress, configured: Sequence[HostView] = ()) -> None:
        self._progress = progress
        self._attempts: dict[str, int] = {}
        self._job: Job | None = None
        if len(configured) > 1:
            self.expect(configured)

    def expect(self, views: Sequence[HostView]) -> None:
        """Wait for the hosts among these that are not connected, too; earlier ones are still waited for."""
        away = {view.name: view.attempts for view in views if not view.fresh}
        self._attempts = {**(self._attempts if self._job else {}), **away}
        if not away:
            return
        if self._job:
            self._progress.end(self._job)
        self._job = self._progress.begin_hosts(next(iter(away)), len(self._attempts))

    def note(self, views: Sequence[HostView]) -> None:
        """Call this when views have changed. The wait ends when each has answered, or has failed since."""
        if self._job is None:
            return
        known = [view for view in views if view.name in self._attempts]
        answered = [view for view in known if view.fresh]
        failed = [view for view in known if not view.fresh and view.attempts > self._attempts[view.name]]
        if len(answered) + len(failed) >= len(known):
            self._progress.end(self._job)
            self._job = None
        else:
            self._job.put(len(answered))
