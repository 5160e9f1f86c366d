"""What the figures of headless sessions share: a hub with its relay, and an agent that is as fast as it can be.

The agent speaks as the scripted one, which a line of config.yaml replaces by it. Its prompts are "burst N LENGTH", for
N lines; "ask", for a question; and anything else, which it says again. What it says of answers and interrupts has the
time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from navi.config.navi_files import NaviFiles
from navi.headless.client import HubClient
from navi.hosts.sockets import runtime_folder
from tests.support.machines import Lab
from tests.support.serving import serving

AGENT = """
import json, sys, time

def say(**fields):
    sys.stdout.write(json.dumps(fields) + "\\n")
    sys.stdout.flush()

def burst(count, length):
    for number in range(count):
        text = ("%d %.6f " % (number, time.time())).ljust(length, "x")
        sys.stdout.write('{"type":"text","who":"agent","text":"%s"}\\n' % text)
    sys.stdout.flush()

for line in sys.stdin:
    now, message = time.time(), json.loads(line)
    if message["do"] == "hello":
        say(type="ready", conversation=sys.argv[1])
    elif message["do"] == "prompt":
        say(type="taken", uuid=message["uuid"])
        word, *rest = message["text"].split()
        if word == "burst":
            burst(int(rest[0]), int(rest[1]))
        elif word == "ask":
            say(type="asked", id="q" + message["uuid"], text="may I?")
            continue
        else:
            say(type="text", who="agent", text="got " + message["text"])
        say(type="ended", outcome="")
    elif message["do"] == "answer":
        say(type="answered", id=message["id"], text="%.6f" % now)
        say(type="ended", outcome="")
    elif message["do"] == "interrupt":
        say(type="replied", id=message["id"], text="%.6f" % now)
        say(type="ended", outcome="interrupted")
"""


@contextmanager
def fast_agents(lab: Lab) -> Iterator[None]:
    """Let the scripted agent be this one, on all machines of the lab, and run a hub with its relay."""
    prepare(lab)
    with serving(lab):
        yield


def prepare(lab: Lab) -> None:
    """Write the agent, and the configuration with it."""
    script = lab.folder / "agent.py"
    script.write_text(AGENT)
    settings = NaviFiles(lab.environment()).settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    harness = f"harnesses: {{scripted: {{command: {json.dumps([sys.executable, str(script)])}}}}}\n"
    settings.write_text(f"{harness}prompts_a_minute: 0\n")


def client(lab: Lab) -> HubClient:
    """Connect to the hub."""
    return HubClient(runtime_folder(lab.environment()))


def spawn(hub: HubClient, host: str, prompt: str) -> Mapping[str, object]:
    """Start a session, follow it from its beginning, and return what it is."""
    made = hub.ask("POST", "/api/sessions/spawn", prompt=prompt, host=host, harness="scripted", cwd="")
    return hub.ask("GET", f"/api/sessions/{made['session_id']}")


def texts(lines: list[str]) -> Iterator[str]:
    """Yield what an agent said in the lines of a frame."""
    for line in lines:
        if line.startswith(('{"type":"text"', '{"type": "text"')):
            yield json.loads(line)["text"]


def state(lab: Lab) -> Path:
    """Return the folder with the hub's database."""
    return NaviFiles(lab.environment()).state
