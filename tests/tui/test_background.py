"""Sessions that agents run without a terminal, on the screen."""

from __future__ import annotations

import re

import pytest

from tests.support.background import Worker
from tests.support.dashboard import navi
from tests.support.machines import Account, Lab
from tests.support.verbs import HERE_AND_THERE, account


@pytest.fixture
def there(lab: Lab, far: bool) -> Account:
    """Return where the session is."""
    return account(lab, far)[0]


@HERE_AND_THERE
def test_a_session_is_shown_opened_and_stopped(lab: Lab, there: Account) -> None:
    with Worker(there, "8cb688dd") as worker, navi(lab, 160) as screen:
        worker.stand_in(f'case $1 in stop) kill {worker.process} ;; *) echo "opened $2"; read -r line ;; esac')
        worker.write(status="waiting", waitingFor="permission prompt")
        worker.write_job(needs="approve Bash: touch x", name="tidy", nameSource="user")
        screen.wait_for("(background)")
        screen.wait_for("wants to run touch x")
        screen.wait_for("tidy runs in the background; attach to it to see more")
        screen.press("Enter")
        screen.wait_for("opened 8cb688dd")
        screen.press("Enter")
        screen.wait_for("Enter attach")
        screen.press("i")
        screen.wait_for("claude runs it without a terminal as 8cb688dd")
        screen.press("Escape")
        screen.wait_gone("Esc closes")
        screen.press("x")
        screen.wait_for(re.compile(r"Kill (atlas/)?tidy"))
        screen.press("y")
        screen.wait_for("claude attach 8cb688dd` starts it again there")
        screen.wait_gone("(background)")


@HERE_AND_THERE
def test_a_session_that_begins_and_ends_comes_and_goes(lab: Lab, there: Account) -> None:
    with navi(lab) as screen, Worker(there, "8cb688dd") as worker:
        screen.wait_for("navi")
        worker.write(status="busy")
        screen.wait_for("8cb688dd")
        worker.end()
        screen.wait_gone("8cb688dd")
