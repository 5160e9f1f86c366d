"""Actions on several sessions: a table of their results, and how far they are in the footer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from navi.core.model import Session
from navi.tui.commands.actions import PENDING, Action, Actions, ShowResult
from navi.tui.dialogs.dialog import Form, Report, Subject
from navi.tui.dialogs.rows import subject_of
from navi.tui.screen_protocol import Screen, SelectAgain

DOING = {
    "answer": "answering", "bookmark": "bookmarking", "dismiss": "dismissing", "end": "ending",
    "interrupt": "interrupting", "kill": "killing", "restore": "restoring", "resume": "resuming", "send": "sending",
}  # fmt: skip
"""What is shown while a verb is carried out."""


NOT_DONE = ("fault", "stopped")
"""The styles of results that mean that something was not done, or may not be."""


def answer_to(form: Form, screen: Screen, failed: Callable[[], None] = lambda: None) -> ShowResult:
    """Return what reports the result of a form: in the form, if that is open and it failed, or else in the footer.

    Until the result is known, the form submits nothing more. `failed` is called if it failed.
    """

    def show_result(words: str, style: str) -> None:
        form.busy = style == PENDING
        if style == "fault":
            failed()
        if not screen.shows(form):
            screen.show_message(words, style)
        elif style == PENDING:
            form.show_note(words)
        elif style == "fault":
            form.show_fault(words)
        else:
            screen.close()
            screen.show_message(words, style)

    return show_result


def close_and_keep(screen: Screen, busy: bool, text: str, keep: Callable[[str], None]) -> None:
    """Close a form, and keep its text. While that is being sent, the result decides."""
    if not busy:
        keep(text)
    screen.close()


def report_on_work(screen: Screen, title: str, subjects: Sequence[Subject]) -> Report:
    """Open the table of results of work that the caller carries out; the footer shows how far it is."""
    job = screen.progress.begin(DOING.get(title.lower(), title), len(subjects))
    report = Report(screen.glyphs, title, subjects, screen.close)
    report.job = job
    return _opened(screen, report)


def put_in(report: Report, key: str, failed: Callable[[], None] = lambda: None) -> ShowResult:
    """Return what writes the result of the subject with that key into a table. `failed` is called if it failed."""

    def show_result(words: str, style: str) -> None:
        if style == "fault":
            failed()
        report.put(key, words, style)

    return show_result


def _opened(screen: Screen, report: Report) -> Report:
    """Open a table of results. If it is closed before the last one, the footer sums them up."""

    def finished() -> None:
        if not screen.shows(report):
            screen.show_message(report.title, "fault" if report.failed else "good")

    report.finished = finished
    screen.open(report)
    return report


def selecting(show_result: ShowResult, again: SelectAgain, session: Session) -> ShowResult:
    """Return what shows the result for a session, and selects the session again if it was not done."""

    def show(words: str, style: str) -> None:
        show_result(words, style)
        if style in NOT_DONE:
            again(session)

    return show


def report_on_sessions(
    screen: Screen, actions: Actions, verb: str, each: Sequence[tuple[Session, Action | str]], again: SelectAgain,
    also: ShowResult | None = None,
) -> Report:  # fmt: skip
    """Carry out an action for each session, and open the table of their results. Those for which it fails, or is not
    begun, are selected again.
    """
    sessions = {subject_of(session).key: session for session, _ in each}
    subjects = [(subject_of(session), action) for session, action in each]
    return report_on(screen, actions, verb, subjects, also=also, failed=lambda key: again(sessions[key]))


def report_on(
    screen: Screen, actions: Actions, verb: str, each: Sequence[tuple[Subject, Action | str]], title: str = "",
    also: ShowResult | None = None, failed: Callable[[str], None] = lambda _: None,
) -> Report:  # fmt: skip
    """Carry out an action for each subject, and open the table of their results; a text is why there is no action.

    It goes on when the table is closed. What has not begun can be stopped while it is open. `also` gets every result,
    too, and `failed` the key of each subject for which it was not done.
    """
    orders = [(subject, action) for subject, action in each if isinstance(action, Action)]
    job = screen.progress.begin(DOING.get(verb, verb), len(orders))
    report = _opened(
        screen, Report(screen.glyphs, title or verb.capitalize(), [one for one, _ in each], screen.close, job.stop)
    )

    def show_result(key: str, words: str, style: str) -> None:
        if also:
            also(words, style)
        report.put(key, words, style)
        if style in NOT_DONE:
            failed(key)

    actions.order_job(job, [(action, partial(show_result, subject.key)) for subject, action in orders])
    for subject, refusal in each:
        if isinstance(refusal, str):
            report.put(subject.key, refusal, "fault")
            failed(subject.key)
    return report
