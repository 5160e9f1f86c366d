"""Scripts of one request see each other's variables: those that several of them set are named in their headers.

`# shares: navi_x` names a variable for others to set, `# changes: navi_x` one of another script that this one sets.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from navi.ops.linker import SCRIPTS, collect, is_awk, read_file, read_source

NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in Path(SCRIPTS).glob("*/*.sh"))

ASSIGNMENT = re.compile(r"(?<![\w$\"'{@])(navi_\w+)=(?!=)")
READ = re.compile(r"\bread (?:-r )?(?:-t \S+ )?((?:navi_\w+ ?)+)")
LOOP = re.compile(r"\bfor (navi_\w+)\b")


@cache
def code_of(name: str) -> str:
    return re.sub(r"\s# .*$", "", read_source(name).text, flags=re.MULTILINE)


@cache
def set_by(name: str) -> frozenset[str]:
    """Return the variables that a script sets."""
    words = (word for names in READ.findall(code_of(name)) for word in names.split())
    return frozenset([*ASSIGNMENT.findall(code_of(name)), *LOOP.findall(code_of(name)), *words])


@cache
def named_by(name: str, header: str) -> frozenset[str]:
    """Return the variables that a header of a script names."""
    lines = re.findall(rf"^# {header}: (.*)$", read_file(f"{name}.sh"), re.MULTILINE)
    return frozenset(" ".join(lines).split())


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_that_several_scripts_set_is_shared_by_one_of_them(name: str) -> None:
    scripts = [one for one in collect(name) if not is_awk(one)]
    times = Counter(variable for one in scripts for variable in set_by(one))
    homes = Counter(variable for one in scripts for variable in named_by(one, "shares"))
    several = {variable for variable, number in times.items() if number > 1}
    assert {variable: homes[variable] for variable in several if homes[variable] != 1} == {}


@cache
def beside(name: str) -> frozenset[str]:
    """Return the other scripts of all requests that have this one."""
    requests = [collect(one) for one in NAMES if name in collect(one)]
    return frozenset(one for request in requests for one in request if one != name and not is_awk(one))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_names_the_variables_of_others_that_it_sets(name: str) -> None:
    shared = {variable for one in beside(name) for variable in named_by(one, "shares")}
    assert named_by(name, "changes") == set_by(name) & shared


@pytest.mark.parametrize("name", NAMES)
def test_what_a_script_shares_is_changed_by_another(name: str) -> None:
    assert named_by(name, "shares") <= {variable for one in beside(name) for variable in named_by(one, "changes")}
