"""The manual and the code say the same: keys, fields, defaults, ssh's options, variables, signs, failures."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from navi.cli.usage import usage_of
from navi.cli.verb_table import VERBS, Verb
from navi.compat.tools import TOOLS
from navi.config.navi_files import NaviFiles
from navi.config.reader import read_remotes, read_settings, read_template
from navi.config.remote import Remote
from navi.config.settings import CHOICES, Settings
from navi.config.yaml_agents import ON_SCREENS
from navi.core import exits
from navi.core.agents import AGENTS
from navi.core.agents.kind import MOST_LINES
from navi.core.evidence import ASKED_BEFORE, NEWS_FOR, QUIET_AFTER, SILENT_AFTER
from navi.core.failure import LOGIN, RECONNECT, HostState, Retry
from navi.core.listing import Sort
from navi.core.model import Source
from navi.core.status import PRIORITY
from navi.core.status_file import LARGEST_FILE
from navi.core.unlisted import TMUX_FAILURES
from navi.fleet import POLL_EVERY
from navi.hosts import budget, masters, ssh_command, wire
from navi.hosts.failures import SIGNS, FailureSign
from navi.hosts.retries import LONGEST_PAUSE
from navi.hosts.trio_channel import MOST_CHANNELS
from navi.hosts.wire import LARGEST_ANSWER
from navi.ops.look.frames import watch
from navi.tui.keys.keymap import shown
from navi.tui.keys.table import KEYS
from navi.tui.layout import FLOATING_FROM, FRAMED_FROM, PREVIEW_AT_LEAST, SIDE_AT_LEAST
from navi.tui.preview.view import HISTORY
from navi.tui.style.theme import ASCII, UNICODE
from tests.support.machines import program

ROOT = Path(__file__).parent.parent.parent
NAVI, REMOTES = ROOT / "man" / "navi.1", ROOT / "man" / "navi-remotes.5"
VERBS_PAGE = ROOT / "man" / "navi-verbs.1"

ESCAPES = {
    r"\&": "", r"\(ha": "^", r"\(ti": "~",
    r"\[u273B]": "✻", r"\[u2714]": "✔", r"\[u2715]": "✕", r"\[u2716]": "✖",
}  # fmt: skip

QUOTES = str.maketrans("‘’`“”", "'''\"\"")


# ---- reading the pages


@cache
def text(page: Path) -> str:
    """Return a page as it is read: in one line, with one kind of quotes."""
    command = [program("mandoc"), "-T", "utf8", "-O", "width=1000", str(page)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return plain(re.sub(".\b", "", said))


def plain(words: str) -> str:
    """Return words in one line, with one kind of quotes."""
    return " ".join(words.split()).translate(QUOTES)


@cache
def section(page: Path, name: str) -> str:
    """Return the source of a section."""
    parts = re.split(r"^\.Sh (.*)\n", page.read_text(), flags=re.MULTILINE)
    return unescaped(parts[parts.index(name) + 1])


def unescaped(source: str) -> str:
    """Return roff source with the characters that its escapes stand for."""
    for escape, character in ESCAPES.items():
        source = source.replace(escape, character)
    return source


def items(source: str, macro: str) -> Iterator[tuple[str, str]]:
    """Yield the items of the lists whose tags begin with a macro: what follows it, and the text below in one line."""
    for part in re.split(r"^\.It ", source, flags=re.MULTILINE)[1:]:
        tag, _, body = part.partition("\n")
        body = re.split(r"^\.(?:El|Ss|Sh)\b", body, maxsplit=1, flags=re.MULTILINE)[0]
        if tag.startswith(f"{macro} "):
            yield tag.removeprefix(f"{macro} "), plain(re.sub(r"^\.[A-Z][a-z] ", "", body, flags=re.MULTILINE))


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """Return the table of signs below a heading: for each word the sign and its ASCII form."""
    table = section(NAVI, "THE SCREEN").split(f".Ss {heading}\n")[1].split(".El")[0]
    cells = [line.removeprefix(".It ").split(" Ta ") for line in table.splitlines() if line.startswith(".It ")]
    return {word: (sign, ascii_sign) for word, sign, ascii_sign, _ in cells[1:]}


@pytest.mark.parametrize("page", [NAVI, VERBS_PAGE, REMOTES], ids=lambda page: page.name)
def test_a_page_has_no_mistakes(page: Path) -> None:
    done = subprocess.run(
        [program("mandoc"), "-T", "lint", "-W", "warning", str(page)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


# ---- keys, signs, statuses


def test_keys_are_those_of_the_table_in_its_order_and_words() -> None:
    found = []
    for group in section(NAVI, "KEYS").split(".Ss ")[1:]:
        title = group.partition("\n")[0]
        found += [(title, keys.split(" , Ic "), help_text) for keys, help_text in items(group, "Ic")]
    rows = [(key.group.title, [shown(name) for name in key.keys], f"{key.help} Cm {key.command}") for key in KEYS]
    assert found == rows


def test_the_manual_names_the_contexts_of_keys() -> None:
    groups = section(NAVI, "KEYS").split(".Ss ")[1:]
    told = {group.partition("\n")[0]: re.findall(r"^\.Pq Em (.*)$", group, re.MULTILINE) for group in groups}
    assert told == {key.group.title: [", ".join(key.group.contexts)] for key in KEYS}


def test_the_page_of_verbs_is_what_the_table_says() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "contrib" / "manual"), "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def usage(verb: Verb) -> set[str]:
    """Return the words of a verb's usage that a person types or replaces: options and arguments."""
    words = usage_of(verb).partition(f"navi {verb.name}")[2]
    return set(re.findall(r"--?[a-zA-Z][a-z-]*|[A-Z]+", words)) - {"-h"}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_manual_has_all_arguments_of_a_verb(verb: Verb) -> None:
    part = section(VERBS_PAGE, "VERBS").split(f".Ss {verb.name}\n")[1].partition(".Ss ")[0]
    told = re.sub(r"Fl ([a-zA-Z])\b", r"-\1", re.sub(r"Fl Fl ([a-z])", r"--\1", part))
    assert usage(verb) - set(re.findall(r"--?[a-zA-Z][a-z-]*|[A-Z]+", told)) == set()


def test_verbs_of_the_manual_are_those_of_the_table() -> None:
    found = re.findall(r"^\.It (?:Xo )?Ic (\w+)", section(NAVI, "VERBS"), re.MULTILINE)
    assert found == [verb.name for verb in VERBS]


def test_every_exit_status_is_explained() -> None:
    told = {int(number) for number in re.findall(r"^\.It (\d+)", section(NAVI, "EXIT STATUS"), re.MULTILINE)}
    known = {value for value in vars(exits).values() if isinstance(value, int)}
    assert told == known | {130}


def test_every_sign_of_a_status_is_explained() -> None:
    assert rows("Status symbols") == {word: (sign, ASCII.status[word]) for word, sign in UNICODE.status.items()}


def test_every_sign_of_a_host_is_explained() -> None:
    assert rows("Host symbols") == {state: (UNICODE.hosts[state], ASCII.hosts[state]) for state in HostState}


def test_every_source_of_a_status_is_explained() -> None:
    part = section(NAVI, "STATUSES").split(".Ss How a status is decided\n")[1].partition(".El")[0]
    assert {name for name, _ in items(part, "Cm")} == set(Source)


def test_every_status_of_a_rule_for_screens_is_named() -> None:
    assert f"which is {', '.join(ON_SCREENS[:-1])} or {ON_SCREENS[-1]}" in text(NAVI)


def test_statuses_stand_in_the_order_of_their_urgency() -> None:
    assert f"in the order {', '.join(PRIORITY)}." in text(NAVI)


def test_orders_are_those_of_the_list() -> None:
    assert f"sort by {', '.join(Sort)}" in text(NAVI)


FACTS = [
    (NAVI, f"drawn nothing for {SILENT_AFTER:g} seconds"),
    (NAVI, f"had output within the last {QUIET_AFTER:g} seconds"),
    (NAVI, f"reported work less than {NEWS_FOR:g} seconds ago"),
    (NAVI, f"was not reported within the last {NEWS_FOR:g} seconds"),
    (NAVI, f"reported more than {ASKED_BEFORE:g} seconds earlier"),
    (NAVI, f"at most the last {MOST_LINES} lines"),
    (NAVI, f"more than {LARGEST_FILE // 1024} KiB"),
    (NAVI, f"more than {LARGEST_ANSWER // 2**20} MiB"),
    (NAVI, f"at least {PREVIEW_AT_LEAST} lines, and {SIDE_AT_LEAST} columns"),
    (NAVI, "a screen of {} columns and {} lines or more, list, preview and pages".format(*FRAMED_FROM)),
    (NAVI, "From {} columns and {} lines on, questions".format(*FLOATING_FROM)),
    (NAVI, f"up to {HISTORY} lines of scrollback"),
    (NAVI, f"polled every {POLL_EVERY:g} seconds"),
    (NAVI, f"no sign of life for {watch().silence:g} seconds"),
    (NAVI, f"up to {LONGEST_PAUSE:g} seconds"),
    (NAVI, f"'{ssh_command.SHELL}'"),
    (REMOTES, f"no sign of life for {watch().silence:g} seconds"),
    (REMOTES, f"up to {MOST_CHANNELS} channels"),
    (REMOTES, f"does not answer within {ssh_command.CONTROL_LIMIT:g} seconds"),
    (REMOTES, f"At most {masters.STARTS} connections start"),
    (REMOTES, f"more than {budget.ANSWER_RATE:g} answers a second"),
    (REMOTES, f"more than {100 * budget.WORK_RATE:g} % of a processor"),
    (REMOTES, f"{wire.LARGEST_NOISE // 2**20} MiB printed before an answer"),
    (REMOTES, f"an answer of {wire.LARGEST_ANSWER // 2**20} MiB"),
    (REMOTES, f"{budget.UNANSWERED_ERRORS // 2**20} MiB on standard error"),
    (REMOTES, f"at {budget.ERROR_RATE // 2**20} MiB a second, keeps"),
    (REMOTES, f"first and last {budget.KEPT_ERRORS // 1024} KiB in memory"),
]


@pytest.mark.parametrize(("page", "words"), FACTS, ids=[words for _, words in FACTS])
def test_a_fact_is_that_of_the_code(page: Path, words: str) -> None:
    assert words in text(page)


# ---- configuration


def default_in_words(value: object) -> str:
    """Return a default as the manual writes it."""
    if isinstance(value, tuple):
        return ", ".join(one if isinstance(one, str) else one.name for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return (f"{value:g}" if isinstance(value, float) else str(value or "")) or "empty"


def documented_defaults(page: Path, name: str) -> dict[str, str]:
    """Return the fields that a section describes, with the default that it tells ("" if it tells none)."""
    found = {field: re.search(r"Default: (.*?)\.(?: |$)", body) for field, body in items(section(page, name), "Va")}
    return {field: default[1] if default else "" for field, default in found.items()}


def test_every_field_of_a_remote_is_described_with_its_default() -> None:
    wanted = {field: default_in_words(getattr(Remote("", ""), field)) for field in Remote._fields}
    assert documented_defaults(REMOTES, "FIELDS") == wanted | {"name": "", "host": ""}


def test_every_field_of_a_remote_has_an_example_that_is_understood(tmp_path: Path) -> None:
    examples = re.findall(r"Example:\n\.Ql (.*?) \.$", section(REMOTES, "FIELDS"), re.MULTILINE)
    assert [example.partition(":")[0] for example in examples] == list(Remote._fields)
    path = tmp_path / "remotes.yaml"
    path.write_text("remotes:\n  - " + "\n    ".join(examples))
    remotes, problems = read_remotes(path)
    assert (len(remotes), problems) == (1, ())


def test_every_field_of_the_settings_is_described_with_its_default() -> None:
    wanted = {field: default_in_words(getattr(Settings(), field)) for field in Settings._fields}
    assert documented_defaults(NAVI, "CONFIGURATION") == wanted


@pytest.mark.parametrize("field", CHOICES)
def test_every_choice_of_a_setting_is_named(field: str) -> None:
    words = dict(items(section(NAVI, "CONFIGURATION"), "Va"))[field].replace(" ,", "").split()
    assert set(CHOICES[field]) <= set(words)


def literals(page: Path) -> list[str]:
    """Return the blocks of a page that stand as they are typed."""
    found = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page.read_text(), re.DOTALL | re.MULTILINE)
    return [unescaped(block) for block in found]


@pytest.mark.parametrize("page", [NAVI, REMOTES], ids=lambda page: page.name)
def test_every_example_of_a_configuration_is_understood(page: Path, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    read = 0
    for block in literals(page):
        path.write_text(block)
        if block.startswith("run:"):
            assert read_template(path, AGENTS)[1] == ()
        elif block.startswith("remotes:"):
            assert read_remotes(path)[1] == ()
        elif ": " in block.partition("\n")[0]:
            assert read_settings(path)[1] == ()
        else:
            continue
        read += 1
    assert read > 0


@pytest.mark.parametrize("name", ["remotes", "settings", "state", "known_remotes"])
def test_a_file_is_where_the_manual_says(name: str) -> None:
    place = NaviFiles({"HOME": "/home/user"})
    assert f".It Pa {getattr(place, name)}".replace("/home/user", "~") in section(NAVI, "FILES")


# ---- ssh


def constants(path: Path) -> set[str]:
    """Return the texts that stand in a module, with those between the values of an f-string."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


WORDS = constants(Path(ssh_command.__file__))
SETTINGS = sorted(word for word in WORDS if re.fullmatch(r"[A-Z]\w+=\w*", word))
FLAGS = sorted(word for word in WORDS if re.fullmatch("-[A-Za-z]", word))


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_that_ssh_is_given_is_explained(setting: str) -> None:
    name, _, value = setting.partition("=")
    wanted = rf"Fl o Cm {name} Ns ={value}\b" if value else rf"Fl o Cm {name} Ns = Ns Ar \w"
    assert re.search(wanted, section(REMOTES, "SSH CONFIGURATION"))


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_that_ssh_is_given_is_explained(flag: str) -> None:
    assert re.search(rf"Fl {flag[1:]}\b", section(REMOTES, "SSH CONFIGURATION"))


def test_settings_and_flags_are_found_in_the_code() -> None:
    assert {"BatchMode=yes", "ControlPersist=60", "ControlPath=", "ProxyCommand="} <= set(SETTINGS)
    assert {"-O", "-J", "-i", "-t", "-N"} <= set(FLAGS)


# ---- environment


def variables() -> set[str]:
    """Return the environment variables that the code names."""
    found: set[str] = set()
    for path in (ROOT / "navi").rglob("*.py"):
        found |= {word for word in constants(path) if re.fullmatch("[A-Z][A-Z0-9_]{3,}", word)}
    for path in (ROOT / "navi" / "sh").glob("*/*.sh"):
        found |= set(re.findall(r"\$\{?([A-Z][A-Z0-9_]{3,})", path.read_text()))
    # bash's own, what navi tells itself; words of usage, of navi and of the tools; Python's tokens
    usage = {one.value for verb in VERBS for one in verb.arguments}
    usage |= {one.value for tool in TOOLS.values() for one in tool.options}
    others = {"EPOCHSECONDS", "BASH_VERSION", "BASH_EXECUTION_STRING", "NAVI_MARK", "NAVI_PATH", "NAVI_RUN", "HEAD"}
    others |= {"COMP_WORDS", "COMP_CWORD", "PPID", "CLAUDECODE", "CLAUDE_CODE_SSE_PORT"}
    others |= {"POST", "DELETE", "OPTIONS", "DENY"}  # of the hub, in HTTP
    others |= {"MALFORMED", "REFUSED", "ALREADY_ANSWERED", "STORE", "RATE_LIMITED", "NOT_INTERACTIVE"}  # its errors
    others |= {"VERSION"}
    # Constants that a module offers to others.
    offered = {"AGENTS", "CLAUDE", "HARNESSES", "OVER", "PROOF", "REPORT_AS_SESSION", "REPORT_END"}
    return found - others - offered - {"STRING_START", "STRING_END"} - usage


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_variable_is_explained(name: str) -> None:
    assert re.search(rf"^\.It.* Ev {name}\b", section(NAVI, "ENVIRONMENT"), re.MULTILINE)


def test_variables_are_found_in_python_and_in_shell() -> None:
    assert {"NO_COLOR", "XDG_CONFIG_HOME", "CLAUDE_TMUX_SOCKET_DIR"} <= variables()


# ---- failures


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.pattern.pattern[:40])
def test_a_failure_of_ssh_is_explained_with_its_remedy(sign: FailureSign) -> None:
    page = text(REMOTES)
    waits = {Retry.ON_REQUEST: ", waits", Retry.SLOWLY: ", slowly"}.get(sign.retry, "")
    assert sign.pattern.search(page)
    assert plain(re.sub(r" *\(?\{0\}\)?", "", sign.cause)) in page
    names = {"{ssh}": "ssh NAME", "{forget}": "ssh-keygen -R NAME", LOGIN: "navi hosts --login NAME",
             RECONNECT: "try again; the dashboard reconnects by itself"}  # fmt: skip
    remedy = re.sub(r"\{\w+\}", lambda found: names[found[0]], sign.remedy)
    assert plain(f"{sign.state}{waits}: {remedy}") in page


@pytest.mark.parametrize("answer", TMUX_FAILURES)
def test_a_failure_of_tmux_is_explained_with_its_remedy(answer: str) -> None:
    state, *words, _ = next(failure for name, failure in TMUX_FAILURES.items() if name == answer)
    filled = {"{error}": "words", "{there}": " there", "{lost}": "number"}
    cause, remedy = (re.sub(r"{\w+}", lambda found: filled[found[0]], one) for one in words)
    assert plain(f"{cause} {state}: {remedy}") in text(REMOTES)
