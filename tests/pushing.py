"""Pushes through the doors of relman: what went, and which rules said no."""

import subprocess
from pathlib import Path

from command import Shop, call

DOORS = ("pre-push", "pre-receive", "update")


def guard(at: Path, hook: str) -> None:
    assert call(at, "hooks", "install", hook, "--yes").code == 0


def guarded_by(shop: Shop, hook: str) -> Shop:
    """The shop, its pushes judged by one of the doors."""
    guard(shop.path if hook == "pre-push" else shop.bare, hook)
    return shop


def push(shop: Shop, *words: str) -> subprocess.CompletedProcess[str]:
    return shop.repo.run("push", "origin", *words)


def rules(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The rules of the errors that were said, and no traceback besides."""
    assert "Traceback" not in done.stderr
    lines = [line.removeprefix("remote: ") for line in done.stderr.splitlines()]
    return sorted(
        {
            line.rpartition("[")[2].rstrip("] ")
            for line in lines
            if line.startswith("error: ") and line.rstrip().endswith("]")
        }
    )


def refused(shop: Shop, *words: str) -> list[str]:
    """A push that must not move anything there; gives the rules that said so."""
    before = shop.there("for-each-ref")
    done = push(shop, *words)
    assert done.returncode != 0, done.stderr
    assert shop.there("for-each-ref") == before
    return rules(done)


def goes(shop: Shop, *words: str) -> str:
    done = push(shop, *words)
    assert done.returncode == 0, done.stderr
    return done.stderr


def on(shop: Shop, branch: str, message: str, path: str = "new.txt", text: str = "x\n") -> str:
    shop.repo.git("switch", "-q", branch)
    return shop.repo.commit(message, {path: text})


def configure(shop: Shop, text: str) -> None:
    """The team's configuration here; on a server the same text as its keeper's policy."""
    shop.repo.write("relman.toml", text)
    policy = shop.folder / "policy.toml"
    policy.write_text(text)
    shop.there("config", "relman.policy", str(policy))
