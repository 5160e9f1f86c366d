"""A real browser without a window, of the size of a phone: Chromium, driven over WebDriver (JSON over HTTP).

with browser() as phone:
    phone.go("http://127.0.0.1:6284/#code")
    phone.click("button", "Send")
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.support.waiting import until

WIDTH, HEIGHT = 390, 844

OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    f"--window-size={WIDTH},{HEIGHT}",
)  # fmt: skip

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name of an element's id in WebDriver."""

WAITS = 30.0
"""Seconds that something may take to be on the page."""


def missing() -> str:
    """Return which of the programs is missing, "" if none is."""
    lacks = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    return f"{' and '.join(lacks)} not installed (apt-get install chromium chromium-driver)" if lacks else ""


class Browser:
    """One page in a browser."""

    def __init__(self, port: int, session: str) -> None:
        self._port = port
        self._session = session

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        return ask(self._port, method, f"/session/{self._session}/{path}", body)

    def go(self, address: str) -> None:
        """Open an address."""
        self._ask("POST", "url", {"url": address})

    def reload(self) -> None:
        """Load the page again."""
        self._ask("POST", "refresh", {})

    def address(self) -> str:
        """Return the address of the page."""
        return str(self._ask("GET", "url"))

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page, and return what it returns."""
        return self._ask("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def text(self) -> str:
        """Return all text that is on the page."""
        return str(self.run("return document.body.innerText"))

    def shows(self, *texts: str, seconds: float = WAITS) -> None:
        """Wait until the page shows these texts."""
        seen = ""

        def found() -> bool:
            nonlocal seen
            seen = self.text()
            return all(text in seen for text in texts)

        with explained(lambda: f"no {texts} in: {seen}"):
            until(found, seconds, interval=0.05)

    def hides(self, text: str, seconds: float = WAITS) -> None:
        """Wait until the page shows a text no more."""
        until(lambda: text not in self.text(), seconds, f"the page shows {text} no more", interval=0.05)

    def find(self, selector: str, words: str = "") -> str:
        """Wait for an element that can be seen, with these words in its text, and return its id."""
        script = (
            "return [...document.querySelectorAll(arguments[0])].find(one => one.checkVisibility() && !one.disabled "
            "&& one.innerText.includes(arguments[1]))"
        )
        found = until(lambda: self.run(script, selector, words), WAITS, f"a {selector} with {words!r}", interval=0.05)
        return str(found[ELEMENT])

    def has(self, selector: str, words: str = "") -> None:
        """Wait for an element, which need not be in sight, with these words in its text."""
        script = (
            "return [...document.querySelectorAll(arguments[0])].some(one => one.textContent.includes(arguments[1]))"
        )
        until(lambda: self.run(script, selector, words), WAITS, f"a {selector} with {words!r}", interval=0.05)

    def click(self, selector: str, words: str = "") -> None:
        """Scroll to an element, and press it."""
        found = self.find(selector, words)
        self.run("arguments[0].scrollIntoView({block: 'center'})", {ELEMENT: found})
        self._ask("POST", f"element/{found}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        self._ask("POST", f"element/{self.find(selector)}/value", {"text": text})

    def screenshot(self) -> bytes:
        """Return a picture of the page."""
        import base64

        return base64.b64decode(self._ask("GET", "screenshot"))

    def offline(self, offline: bool) -> None:
        """Take the network away, or give it back."""
        conditions = {"offline": offline, "latency": 0, "download_throughput": -1, "upload_throughput": -1}
        self._ask("POST", "chromium/network_conditions", {"network_conditions": conditions})

    def errors(self) -> list[str]:
        """Return what the page reported as an error, but for what the network did."""
        found = self._ask("POST", "se/log", {"type": "browser"})
        return [one["message"] for one in found if one["level"] == "SEVERE" and one["source"] != "network"]


@contextmanager
def explained(words: Any) -> Iterator[None]:
    """Add words to what an assertion reports."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(words()) from error


def ask(port: int, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
    """Ask ChromeDriver, and return the value of its answer. Raise AssertionError with its words."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        value = json.loads(answer.read())["value"]
    finally:
        connection.close()
    assert answer.status == 200, value
    return value


@contextmanager
def browser(dark: bool = False) -> Iterator[Browser]:
    """Run a browser of its own until the context is left."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"HOME": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
    )  # fmt: skip
    try:
        assert driver.stdout
        port = next(
            int(found[1]) for line in driver.stdout if (found := re.search(r"successfully on port (\d+)", line))
        )
        session = start(port, folder, dark)
        try:
            yield Browser(port, session)
        finally:
            with suppress(AssertionError, OSError):
                ask(port, "DELETE", f"/session/{session}")
    finally:
        driver.terminate()
        driver.communicate(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def start(port: int, folder: Path, dark: bool) -> str:
    """Start a browser, and return the id of its session."""
    words = [*OPTIONS, f"--user-data-dir={folder / 'profile'}", *(["--force-dark-mode"] if dark else [])]
    mobile = {"deviceMetrics": {"width": WIDTH, "height": HEIGHT, "pixelRatio": 2, "touch": True, "mobile": True},
              "userAgent": "Mozilla/5.0 (Linux; Android 15) Chrome/150 Mobile Safari/537.36"}  # fmt: skip
    options = {"args": words, "mobileEmulation": mobile, "binary": shutil.which("chromium")}
    wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
    return str(ask(port, "POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"])
