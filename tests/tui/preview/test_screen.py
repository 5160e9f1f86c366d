"""The preview on a real screen: fresh, of the right session, and never held up by another host."""

from __future__ import annotations

import re
import subprocess
import time

from tests.support.dashboard import begin, configure, navi, record, selected, wait_names
from tests.support.machines import Lab, program, replace
from tests.support.relay import Relay
from tests.support.terminal import Terminal


def say(name: str, lines: int = 1) -> str:
    """Return a command whose pane shows a session's name in every line."""
    return f"seq -f 'text of {name}, line %g' {lines}; exec cat"


def mixed_up(screen: Terminal) -> bool:
    """Whether the preview shows another session's text below its title."""
    shown = screen.screen()
    title = re.search(r"── (?:\w+/)?(\w+) ", shown)
    return bool(title) and any(name != title[1] for name in re.findall(r"text of (\w+)", shown))  # type: ignore[index]


def test_it_shows_the_pane_and_follows_it(lab: Lab) -> None:
    begin(lab.local, "api", say("api"))
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("p")
        screen.wait_for("text of api, line 1")
        lab.local.tmux("send-keys", "-t", "api", "something new", "Enter")
        screen.wait_for(re.compile("something new.*something new", re.DOTALL))
        screen.press("p")
        screen.wait_gone("something new")


def test_it_is_shown_from_the_start_if_the_settings_say_so(lab: Lab) -> None:
    configure(lab, preview="on", layout="bottom")
    begin(lab.local, "api", say("api"))
    with navi(lab) as screen:
        screen.wait_for(re.compile(r"^── api", re.MULTILINE))
        screen.wait_for("text of api, line 1")


def test_it_is_beside_or_below_the_list_and_can_be_resized(lab: Lab) -> None:
    begin(lab.local, "api", say("api"))
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("p")
        screen.wait_for(re.compile(r"^.{50}│ ── api", re.MULTILINE))
        screen.press("]")
        screen.wait_for(re.compile(r"^.{45}│ ── api", re.MULTILINE))
        screen.press("[", "[", "[")
        screen.wait_for(re.compile(r"^.{60}│ ── api", re.MULTILINE))
        screen.press("L")
        screen.wait_for(re.compile(r"^── api", re.MULTILINE))
        screen.resize(60, 20)
        screen.wait_for(re.compile(r"^── api  ✻ working 1h ─{39}$", re.MULTILINE))


def test_long_lines_are_cut_or_wrapped(lab: Lab) -> None:
    begin(lab.local, "api", "echo begin and so on and so forth up to the very end of it; exec cat")
    with navi(lab, width=80) as screen:
        screen.wait_for("api")
        screen.press("p")
        screen.wait_for(re.compile("begin and .*…"))
        screen.press("W")
        screen.wait_for("end of it")


def test_with_the_focus_the_moving_keys_scroll(lab: Lab) -> None:
    begin(lab.local, "api", say("api", 100))
    begin(lab.local, "web")
    with navi(lab, height=20) as screen:
        screen.wait_for("web")
        screen.press("Tab")
        screen.wait_for("line 100")
        screen.press("PPage")
        screen.wait_gone("line 100")
        screen.press("g")
        screen.wait_for(re.compile(r"text of api, line 1\n"))
        screen.press("End")
        screen.wait_for("line 100")
        assert selected(screen) == "api"
        screen.press("Tab", "j")
        screen.wait_for("── web")


COLORED = r"printf '\033[38;5;203mred\033[0m \033[1;7mbold\033[0m \033[5mblinks\033[0m\n'; exec cat"


def test_colours_of_the_pane_are_shown_when_asked(lab: Lab) -> None:
    begin(lab.local, "api", COLORED)
    with navi(lab, width=120) as screen:
        screen.wait_for("red bold blinks")
        assert not re.search(r"38;5;203m", screen.screen(escapes=True))
    # urwid before 3 writes a light colour as bold.
    for colors, red in (("256", r"\[38;5;203m"), ("16", r"\[(91|1m\x1b\[31)m"), ("mono", "")):
        configure(lab, preview_colors=True, colors=colors)
        with navi(lab, width=120) as screen:
            screen.wait_for("red bold blinks")
            shown = screen.screen(escapes=True)
            assert re.search(rf"\x1b{red}red" if red else "red", shown), repr(shown)
            assert re.search(r"\x1b\[(\d+;)*1;?(\d+;)*7m(\x1b\[\d+m)*bold", shown), repr(shown)
            assert not re.search(r"\x1b\[(\d+;)*5m", shown)


def test_the_title_has_status_age_and_branch(lab: Lab) -> None:
    folder = lab.local.home / "project"
    git = ["git", "-C", str(folder)]
    subprocess.run([program("git"), "init", "-q", "-b", "feature/x", str(folder)], check=True)
    begin(lab.local, "api", say("api"), status="waiting", cwd=str(folder))
    with navi(lab, width=120) as screen:
        screen.wait_for("─ api  ! waiting 1h  feature/x ──")
        subprocess.run([*git, "symbolic-ref", "HEAD", "refs/heads/other"], check=True)
        lab.local.write_status("api", status="done", cwd=str(folder))
        screen.wait_for(re.compile(r"─ api  ✔ done \w+  other ──"))


def test_the_branch_is_read_again_while_the_agent_rests(lab: Lab) -> None:
    folder = lab.local.home / "project"
    git = ["git", "-C", str(folder)]
    subprocess.run([program("git"), "init", "-q", "-b", "first", str(folder)], check=True)
    for name in ("api", "web"):
        begin(lab.local, name, say(name), status="waiting", cwd=str(folder if name == "api" else lab.local.home))
    with navi(lab, width=120) as screen:
        screen.wait_for("─ api  ! waiting 1h  first ──")
        subprocess.run([*git, "symbolic-ref", "HEAD", "refs/heads/second"], check=True)
        screen.wait_for("─ api  ! waiting 1h  second ──")
        screen.press("j")
        screen.wait_for("─ web ")
        subprocess.run([*git, "symbolic-ref", "HEAD", "refs/heads/third"], check=True)
        screen.press("k")
        screen.wait_for("─ api  ! waiting 1h  third ──")


def test_a_branch_that_could_not_be_read_is_read_again(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    folder = atlas.home / "project"
    subprocess.run([program("git"), "init", "-q", "-b", "first", str(folder)], check=True)
    begin(atlas, "api", say("api"), status="waiting", cwd=str(folder))
    broken = atlas.bin / "git"
    broken.write_text("#!/bin/sh\nexit 70\n")
    broken.chmod(0o755)
    with navi(lab, width=120) as screen:
        screen.wait_for("text of api")
        screen.wait_for("─ atlas/api  ! waiting 1h ──")
        broken.unlink()
        screen.wait_for("─ atlas/api  ! waiting 1h  first ──")


def test_a_session_that_was_shown_before_is_shown_at_once(lab: Lab) -> None:
    for name in ("aaa", "bbb"):
        begin(lab.local, name, say(name), timestamp=1_700_000_000)
    with navi(lab) as screen:
        wait_names(screen, "aaa", "bbb")
        screen.press("p")
        screen.wait_for("text of aaa")
        screen.press("j")
        screen.wait_for("text of bbb")
        log = record(screen)
        for key, name in (("k", "aaa"), ("j", "bbb")):
            screen.press(key)
            screen.wait_for(f"text of {name}")
        assert b"fetching" not in log.read_bytes()


def test_on_a_slow_host_the_text_of_another_session_never_appears(lab: Lab) -> None:
    far = lab.machine("far")
    with Relay(far.port, delay=0.15) as relay:
        lab.alias("slow", relay.port)
        lab.remotes_yaml([{"name": "slow", "host": "slow"}])
        for account, name in ((far, "aaa"), (lab.local, "bbb"), (far, "ccc")):
            begin(account, name, say(name), timestamp=1_700_000_000)
        with navi(lab) as screen:
            wait_names(screen, "aaa", "bbb", "ccc")
            screen.press("p")
            screen.wait_for("text of aaa")
            for key in "jjkkjkjkjjk":
                screen.press(key)
                for _ in range(6):
                    assert not mixed_up(screen), screen.framed()
            screen.wait_for("text of bbb")


def test_a_frozen_host_does_not_hold_up_the_preview_of_others(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    begin(atlas, "aaa", say("aaa"), timestamp=1_700_000_000)
    begin(lab.local, "bbb", say("bbb"), timestamp=1_700_000_000)
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        wait_names(screen, "aaa", "bbb")
        atlas.freeze()
        screen.press("p")
        screen.wait_for("fetching ...")
        screen.press("j")
        screen.wait_for("text of bbb", timeout=4)
        screen.press("k")
        screen.wait_for("fetching ...")
        atlas.thaw()
        screen.wait_for("text of aaa")


def test_a_session_that_ends_says_so(lab: Lab) -> None:
    begin(lab.local, "api", say("api"))
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.press("p")
        screen.wait_for("text of api")
        lab.local.tmux("kill-session", "-t", "api")
        screen.wait_for(re.compile("no tmux session|no such session|can't find|no session|no server"))


def test_a_lost_host_is_not_asked_again_and_again(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    begin(atlas, "api", say("api"))
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.press("p")
        screen.wait_for("text of api")
        replace(atlas.folder / "authorized_keys", "")
        atlas.break_connections()
        screen.wait_for("atlas is auth; H shows more")
        assert "text of api" in screen.screen()
        tried = atlas.log.read_text().count("Connection closed by authenticating user")
        time.sleep(3)
        assert atlas.log.read_text().count("Connection closed by authenticating user") == tried > 0


def test_a_wide_terminal_shows_the_preview_until_the_user_decides(lab: Lab) -> None:
    begin(lab.local, "api", "echo in the pane; exec cat")
    with navi(lab, width=110) as screen:
        screen.wait_for("in the pane")
        screen.press("p")
        screen.wait_gone("in the pane")
        screen.press("p")
        screen.wait_for("in the pane")
    with navi(lab, width=109) as screen:
        screen.wait_for("api")
        assert "in the pane" not in screen.screen()
        screen.press("p")
        screen.wait_for("in the pane")
