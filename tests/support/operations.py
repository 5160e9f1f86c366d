"""An example of each operation and stream, by its script. Lists at the end of its arguments are short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from navi.core.address import Named
from navi.core.agents import AGENTS
from navi.core.launch import SHELL, Step
from navi.core.model import BackgroundAgent, LostSession, Pane, Session, Source, Status, TmuxSession
from navi.core.question import AnswerMode, Reply
from navi.core.registry import RegistryEntry
from navi.ops import Operation, Stream
from navi.ops.git.comments import comments
from navi.ops.git.status import branch, git, pull_request
from navi.ops.headless import conversations, runs
from navi.ops.headless.tail import Position, tail
from navi.ops.hooks.files import Change, File, Plan, look_at_hooks, write_hooks
from navi.ops.hooks.tokens import tokens
from navi.ops.look.checkup import checkup
from navi.ops.look.directories import directories
from navi.ops.look.frames import look, watch
from navi.ops.look.servers import servers
from navi.ops.look.snapshot import snapshot
from navi.ops.pane.find import find_pane
from navi.ops.pane.health import health_of
from navi.ops.pane.lock import LockAction, lock
from navi.ops.pane.preview import capture
from navi.ops.pane.question import answer, ask
from navi.ops.pane.read import ExpectedText, follow_output, read_text, wait_for_text
from navi.ops.pane.send import find_sent, interrupt, send
from navi.ops.registry import change_entries, put_entry, replace_file
from navi.ops.session.creation import new
from navi.ops.session.lifecycle import dismiss, kill, rename, stop_background, undo
from navi.ops.session.losses import losses
from navi.ops.session.marks import mark
from navi.ops.session.restore import restart, restorable, restore
from navi.ops.session.status_files import remove_status_files

PANE, UNDO, CONVERSATION = Named("api"), "0123456789abcdef", "00000000-0000-4000-8000-000000000000"
TERMINAL = TmuxSession("$1", "api", 1.0, 0, (Pane("%1", "0.0", 7, "bash", "", "/x"),), server=3)
SESSION = Session("local", "api", Status("idle", Source.PANE, None, ""), tmux=TERMINAL)
BACKGROUND = SESSION._replace(tmux=None, background=BackgroundAgent("claude", "job", 8))
RUN = runs.RunId("one")
UNCHANGED = Change(File("/x"), None)

OPERATIONS: Mapping[str, Operation[Any]] = {
    "git/branch": branch("/x"),
    "git/comments": comments("https://github.com/a/b", 1),
    "git/git": git("/x"),
    "git/pull_request": pull_request("https://github.com/a/b", "c"),
    "headless/end": runs.end_run(RUN),
    "headless/errors": runs.read_agent_errors(RUN),
    "headless/forget": conversations.forget_feedback(CONVERSATION, "one"),
    "headless/give": conversations.give_feedback(CONVERSATION, "one", 1, "text"),
    "headless/know": conversations.know_conversation(CONVERSATION, "one"),
    "headless/look": runs.look_at_runs(),
    "headless/post": runs.post_input(RUN, 1, "line"),
    "headless/remove": runs.remove_run(RUN, 0),
    "headless/run": runs.start_run(RUN, ["claude"], "/x"),
    "hooks/read": look_at_hooks("/s"),
    "hooks/tokens": tokens("c1"),
    "hooks/write": write_hooks(Plan(UNCHANGED, UNCHANGED, UNCHANGED)),
    "look/checkup": checkup(),
    "look/directories": directories("/x"),
    "look/once": look(),
    "session/remove_files": remove_status_files([], dry_run=False),
    "look/servers": servers(),
    "look/with_registry": snapshot(),
    "pane/answer": answer(PANE, "digest", Reply(AnswerMode.ALLOW), "call", "me"),
    "pane/ask": ask(PANE),
    "pane/find": find_pane(PANE),
    "pane/health": health_of(PANE, touch=False),
    "pane/interrupt": interrupt(PANE),
    "pane/lock": lock(PANE, LockAction.TAKE),
    "pane/preview": capture(SESSION, 0),
    "pane/send": send(PANE),
    "pane/sent": find_sent(PANE, "call", ""),
    "pane/text": read_text(PANE),
    "pane/wait": wait_for_text(PANE, ExpectedText("x")),
    "registry/change_entries": change_entries([]),
    "registry/change_entry": put_entry(RegistryEntry("api")),
    "registry/file": replace_file("{}"),
    "session/dismiss": dismiss(PANE),
    "session/kill": kill(PANE, UNDO),
    "session/losses": losses([]),
    "session/mark": mark("api", []),
    "session/new": new("api"),
    "session/new_with_steps": new("api", launch=SHELL._replace(steps=(Step("send", "ls"),))),
    "session/rename": rename(PANE, "web"),
    "session/restart": restart(SESSION, AGENTS, anew=False),
    "session/restorable": restorable(),
    "session/restore": restore(LostSession("key", "api", "reboot"), AGENTS),
    "session/stop_background": stop_background(BACKGROUND, AGENTS),
    "session/undo": undo(UNDO),
}

STREAMS: Mapping[str, Stream[Any]] = {
    "headless/tail": tail([Position(RUN)]),
    "look/watch": watch(),
    "pane/tail": follow_output(PANE, 1),
}
