"""An agent's screen without the agent: it shows a text, writes what is typed into its box, and takes it with Enter.

    fake_agent.py SCREEN ROW COLUMN PREFIX TITLE

What it takes is a line of the file `typed`. On the screen it replaces the first line, behind PREFIX, as a prompt that
was sent. Pasted line ends are part of the text. The file `deaf` lets it drop the next Enter, `slow` lets it wait. After
Enter it shows the screens of the file `next`, with form feeds between them, each for a second before the next one, or
ends if there is a file `ends`.
"""

import os
import select
import sys
import time
import tty

BEGIN, END = b"\x1b[200~", b"\x1b[201~"


def main(path: str, row: int, column: int, prefix: str, title: str) -> None:
    """Show the screen, and take what is typed until the terminal goes away."""
    tty.setraw(0)
    with open(path, encoding="utf-8") as file:
        lines = file.read().rstrip("\n").split("\n")
    put(f"\x1b]2;{title}\x07\x1b[?2004h\x1b[2J")
    draw(lines, row, column, "")
    draft, pasting, waiting = b"", False, b""
    screens: list[str] = []
    while True:
        if screens and not select.select([0], [], [], 1)[0]:
            lines = screens.pop(0).split("\n")
            draw(lines, row, column, draft.decode(errors="replace"))
            continue
        if not (waiting := waiting + os.read(0, 65536)):
            return
        time.sleep(0.3 if os.path.exists("slow") else 0)
        while waiting:
            if waiting.startswith((BEGIN, END)):
                pasting, waiting = waiting.startswith(BEGIN), waiting[len(BEGIN) :]
            elif waiting[:1] == b"\x1b" and BEGIN.startswith(waiting):
                break
            elif waiting[:1] == b"\r" and not pasting:
                waiting = waiting[1:]
                if os.path.exists("deaf"):
                    os.remove("deaf")
                    continue
                take(draft)
                lines[0] = prefix + draft.decode().replace("\n", " ")
                draft, screens = b"", screens_after(lines)
                lines = screens.pop(0).split("\n")
            else:
                draft, waiting = draft + waiting[:1].replace(b"\r", b"\n"), waiting[1:]
        draw(lines, row, column, draft.decode(errors="replace"))


def screens_after(lines: list[str]) -> list[str]:
    """Return the screens to show after Enter."""
    if os.path.exists("ends"):
        sys.exit()
    if not os.path.exists("next"):
        return ["\n".join(lines)]
    with open("next", encoding="utf-8") as file:
        return file.read().split("\f")


def take(draft: bytes) -> None:
    """Note a text that was submitted."""
    with open("typed", "ab") as file:
        file.write(draft + b"\n")


def draw(lines: list[str], row: int, column: int, draft: str) -> None:
    """Draw everything, the draft in the box."""
    put("\x1b[H" + "".join(f"\x1b[{number}H{line}\x1b[K" for number, line in enumerate(lines, 1)))
    put(f"\x1b[{row};{column}H" + draft.replace("\n", " ") + ("\x1b[K" if draft else ""))


def put(text: str) -> None:
    """Write to the terminal."""
    os.write(1, text.encode())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
