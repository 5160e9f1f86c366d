"""The name under which others see the person who uses navi."""

from getpass import getuser
from socket import gethostname


def user_and_machine() -> str:
    """Return user and machine, as in USER@MACHINE."""
    return f"{getuser()}@{gethostname()}"
