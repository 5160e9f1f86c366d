"""The page of git, by keys in a real terminal."""

from __future__ import annotations

import json

from tests.support.dashboard import begin, navi, wait_selected
from tests.support.machines import Lab
from tests.support.repository import RECORDED, commit, stand_in, work


def test_g_tells_of_the_sessions_own_machine(lab: Lab) -> None:
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    stand_in(lab, json.dumps(RECORDED))
    folder = work(atlas)
    with navi(lab, height=40) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("main")
        screen.wait_for("1 changed")
        screen.wait_for("the first step")
        screen.wait_for(f"~{str(folder).removeprefix(str(atlas.home))} on atlas")
        screen.wait_for("pull request  #42 Add a thing")
        screen.wait_for("1 failure  1 in progress  2 success")
        screen.wait_for("\n +new")
        commit(atlas, folder, "the second step")
        screen.press("r")
        screen.wait_for("the second step")
        screen.wait_for("no changes")
        screen.press("G")
        wait_selected(screen, "api")


def test_where_there_is_no_repository_it_says_so(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("is not in a git repository")


def test_without_gh_the_rest_is_shown(lab: Lab) -> None:
    work(lab.local)
    with navi(lab, variables={"PATH": lab.path_without("gh")}) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for("the first step")
        screen.wait_for("gh is not installed on this machine")


def test_commands_on_the_page_are_about_its_session(lab: Lab) -> None:
    begin(lab.local, "api")
    begin(lab.local, "urgent")
    with navi(lab) as screen:
        screen.wait_for("urgent")
        screen.press("s", "j")
        wait_selected(screen, "urgent")
        screen.press("k")
        wait_selected(screen, "api")
        screen.press("i")
        screen.wait_for("Details")
        screen.press("x")
        screen.wait_for("Kill api?")
        screen.press("n")
        screen.press("q")
        screen.press("H")
        screen.wait_for("Hosts")
        screen.press("x")
        screen.wait_for("no session is selected")
