"""How a hook talks: plain lines on standard error, safe to print whatever they quote."""

import sys


def say(*lines: str) -> None:
    """Prints lines for people; what may hold a stranger's words cannot steer the terminal."""
    for line in lines:
        safe = "".join(char if char.isprintable() else "�" for char in line)
        sys.stderr.write(f"{safe}\n")
