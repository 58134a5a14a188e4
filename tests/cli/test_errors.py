import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command import DATE, Shop, call, sure

RELEASE = sure(["release", "1.0"])
ESCAPE = "\x1b[31m\x1b]0;owned\x07\u202e\x9b2J"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", remote=False)


def talk(words: list[str], answers: dict[bytes, bytes], *, quit_at: bytes = b"") -> tuple[int, bytes]:
    """Runs relman on a terminal, types an answer after each text, or presses Ctrl-C; gives the code and the screen."""
    child, terminal = pty.fork()
    if child == 0:
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {
            "TERM": "xterm",
            "COLUMNS": "200",
        }
        os.execve(sys.executable, [sys.executable, "-m", "relman", *words], environment)
    screen, waiting = b"", dict(answers)
    while True:
        if not select.select([terminal], [], [], 30)[0]:
            os.kill(child, signal.SIGKILL)
            break
        try:
            got = os.read(terminal, 4096)
        except OSError:
            break
        if not got:
            break
        screen += got
        for text in [text for text in waiting if text in screen]:
            os.write(terminal, waiting.pop(text) + b"\n")
        if quit_at and quit_at in screen:
            quit_at = b""
            time.sleep(0.05)
            os.write(terminal, b"\x03")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), screen


def test_a_person_is_asked_and_seen(shop: Shop) -> None:
    words = ["-C", str(shop.path), "release", "1.0", "--date", DATE]
    before = shop.state()
    code, screen = talk(words, {b"[y/N]": b"n"})
    assert (code, b"nothing was changed" in screen, shop.state()) == (130, True, before)
    code, screen = talk(words, {}, quit_at=b"[y/N]")
    assert (code, b"Traceback" in screen, b"nothing was changed" in screen) == (130, False, True), screen
    assert shop.state() == before
    code, screen = talk(words, {b"[y/N]": b"y"})
    assert (code, b"\x1b[1m" in screen, shop.repo.refs()["refs/tags/v1.0.1"] != "") == (0, True, True)


def test_a_published_tag_is_typed_back(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    shop.done(*RELEASE, "--push")
    words = ["-C", str(shop.path), "undo", "--remote"]
    code, screen = talk(words, {b"everywhere:": b"v1.0"})
    assert (code, b"that is not v1.0.1; nothing was changed" in screen) == (2, True), screen
    code, screen = talk(words, {b"everywhere:": b"v1.0.1", b"[y/N]": b"y"})
    assert code == 0, screen
    assert shop.state() == before


def test_a_pipe_gets_plain_words_and_no_progress(shop: Shop) -> None:
    said = shop.done(*RELEASE)
    assert "\x1b" not in said.out + said.err
    assert "carrying it out" not in said.err
    coloured = shop.done("undo", "-n", "--color", "always")
    assert "\x1b[1m" in coloured.out
    assert "\x1b[1m" not in shop.done("undo", "-n", "--color", "never").out
    assert shop("undo", "-n", "--color", "pink").code == 2


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("release", "9.9"), 2, "usage"),
        (("release", "1.0", "--no-such"), 2, "usage"),
        (("nonsense",), 2, "usage"),
        (("undo",), 5, "nothing"),
        (("hotfix", "main", "--to", "1.0", "--date", "yesterday"), 2, "usage"),
        (("release", "1.0", "-n", "--date", "9999-12-31T23:59:59-10:00"), 2, "usage"),
        (("release", "1.0", "-n", "--date", "0001-01-01T00:00:00+10:00"), 2, "usage"),
        (("cut", "0.1.0", "-n"), 2, "usage"),
        (("hotfix", "no-such-thing", "--to", "1.0"), 2, "usage"),
    ],
)
def test_an_error_is_words_or_a_document(shop: Shop, words: tuple[str, ...], code: int, kind: str) -> None:
    plain = shop(*words)
    assert (plain.code, plain.out) == (code, "")
    lines = plain.err.splitlines()
    assert lines[0].startswith("error: ")
    assert any(line.startswith("hint:  ") for line in lines)
    told = shop(*words, "--json")
    assert (told.code, told.err) == (code, "")
    document = told.json
    assert list(document)[:3] == ["schema", "package", "kind"]
    assert (document["schema"], document["kind"], document["exit_code"]) == ("relman/error/v1", kind, code)
    assert f"error: {document['message']}".splitlines()[0] == lines[0]
    assert [line.removeprefix("hint:  ") for line in lines if line.startswith("hint:")] == document["hints"]


def test_a_broken_repository_is_a_bug_report_or_an_error_but_never_a_traceback_alone(shop: Shop) -> None:
    commit = shop.repo.id("main")
    (shop.path / ".git/objects" / commit[:2] / commit[2:]).unlink(missing_ok=True)
    for pack in (shop.path / ".git/objects/pack").glob("pack-*.*"):
        pack.chmod(0o644)
        pack.write_bytes(b"")
    said = shop("status")
    assert said.code in {2, 70}
    assert said.err.startswith("error: ")
    told = json.loads(shop("status", "--json").out)
    assert told["exit_code"] == said.code


def test_what_nobody_thought_of_is_called_a_bug(shop: Shop) -> None:
    shop.done(*RELEASE)
    (file,) = (shop.path / ".git/relman/operations").glob("*.json")
    record = json.loads(file.read_bytes())
    file.write_text(json.dumps(record | {"started": 10**18}))
    said = shop("log")
    assert (said.code, said.out) == (70, "")
    assert said.err.startswith("error: this is a bug in relman ")
    assert "hint:  relman log\n" in said.err
    told = shop("log", "--show", file.stem, "--json").json  # one document, although the answer was under way
    assert (told["schema"], told["kind"], told["exit_code"]) == ("relman/error/v1", "internal", 70)


def test_a_reader_that_leaves_is_no_bug(shop: Shop) -> None:
    for words in (["status"], ["changelog", "--all"], ["next", "--json"], ["nonsense", "--json"], ["--help"]):
        command = [sys.executable, "-m", "relman", "-C", str(shop.path), *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as relman:
            assert relman.stdout is not None
            assert relman.stderr is not None
            relman.stdout.close()
            err = relman.stderr.read().decode()
        assert ("Traceback" in err, relman.returncode) == (False, 141), (words, err)


def test_a_locale_without_arrows_gets_question_marks(shop: Shop) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "relman", "-C", str(shop.path), "release", "1.0", "-n"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"release/1.0 ? " in done.stdout) == (0, True), done


def test_escapes_never_reach_the_terminal(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    shop.repo.git("switch", "-q", "main")
    shop.repo.commit(f"fix: {ESCAPE}colours (#9)", {"app.txt": "evil\n"})
    shop.repo.git("switch", "-q", "release/1.0")
    shop.repo.git("branch", "topic\u202e\x9b", "main")
    for words in (
        ("status",),
        ("cut", "-n"),
        ("changelog",),
        ("hotfix", "pr:9", "--to", "1.0", "-n"),
        ("hotfix", "topic\u202e\x9b", "--to", "1.0", "-n"),
        ("release", f"{ESCAPE}", "-n"),
        ("undo", f"{ESCAPE}"),
        ("--color", f"{ESCAPE}", "status"),
        (f"{ESCAPE}",),
        ("next", f"--{ESCAPE}"),
    ):
        said = shop(*words)
        both = said.out + said.err
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(both), (words, both)


def test_names_that_look_like_options_are_names(shop: Shop) -> None:
    head = shop.repo.id("fix")
    for name in ("-rf", "--upload-pack=touch ran", "--exec=touch ran"):
        shop.repo.git("update-ref", f"refs/heads/{name.replace(' ', '_')}", head)
        shop.repo.git("update-ref", f"refs/tags/{name.replace(' ', '_')}", head)
    shop.repo.git("config", "remote.--upload-pack=touch ran.url", "file:///nowhere")
    for words in (
        ("status",),
        ("hotfix", "--to", "1.0", "-n", "--", "-rf"),
        ("hotfix", "--to", "1.0", "-n", "--", "--exec=touch_ran"),
        ("version", "--", "-rf"),
        ("cut", "-n", "--from=-rf"),
        ("undo", "--", "--help"),
        ("release", "1.0", "--yes", "--date", DATE),
    ):
        assert shop(*words).code in {0, 2, 3, 5, 6}, words
    assert not (shop.path / "ran").exists()


def test_bytes_that_are_no_text(shop: Shop) -> None:
    name = os.fsdecode(b"caf\xe9.toml")
    shop.repo.write("relman.toml", '[[versions.files]]\npath = "pyproject.toml"\nkey = "project.version"\n')
    shop.repo.git("add", "relman.toml")
    shop.repo.git("commit", "-q", "-m", "chore: configure")
    shop.repo.write(name, "bytes\n")
    shop.repo.git("add", name)
    shop.repo.git("commit", "-q", "-m", "fix: a name that is no text")
    for words in (
        ("status", "--json"),
        ("release", "1.0", "-n"),
        ("release", "1.0", "-n", "--json"),
        RELEASE,
    ):
        assert shop(*words).code == 0, shop(*words)


@pytest.mark.parametrize(
    "text",
    [
        '[changelog]\npath = "../out.md"\n',
        '[changelog]\npath = "/tmp/relman-out.md"\n',
        '[changelog]\npath = ".git/hooks/post-commit"\n',
        '[changelog]\npath = "link.md"\n',
        '[changelog]\ntemplate = "/etc/passwd"\n',
        '[[versions.files]]\npath = "../pyproject.toml"\nkey = "project.version"\n',
        '[[versions.files]]\npath = "outside/pyproject.toml"\nkey = "project.version"\n',
        'remote = "ext::sh -c touch% ran"\n',
        'remote = "--upload-pack=touch ran"\n',
        'trunk = "--output=ran"\n',
        '[release]\nmessage = "{0.__class__}"\n',
        '[tags]\nformat = "../../{version}"\n',
        '[lines]\nbranch = "../{line}"\n',
        '[lines]\nbranch = "-{line}"\n',
    ],
)
def test_a_hostile_configuration_stays_inside(shop: Shop, text: str) -> None:
    outside = shop.folder / "elsewhere"
    outside.mkdir()
    (outside / "pyproject.toml").write_text('[project]\nversion = "1.0.0"\n')
    (shop.path / "outside").symlink_to(outside)
    (shop.path / "link.md").symlink_to(outside / "secret.md")
    shop.repo.write("relman.toml", text)
    shop.repo.git("add", "-A")
    shop.repo.git("commit", "-q", "-m", "chore: configure")
    before = sorted(p for p in shop.folder.rglob("*") if ".git" not in p.parts)
    for words in (("status",), RELEASE, sure(["cut"]), (*RELEASE, "--push")):
        said = shop(*words)
        assert said.code != 70, said.err
    assert (outside / "pyproject.toml").read_text() == '[project]\nversion = "1.0.0"\n'
    after = sorted(p for p in shop.folder.rglob("*") if ".git" not in p.parts)
    assert set(after) - set(before) <= {shop.path / "CHANGELOG.md"}
    assert not (shop.path / ".git/hooks/post-commit").exists()
    assert not Path("/tmp/relman-out.md").exists()


def test_outside_a_repository_it_says_so(nowhere: Path) -> None:
    said = call(nowhere, "status")
    assert (said.code, said.err) == (
        2,
        f"error: {nowhere} is not in a git repository\nhint:  cd into one, or name it: relman -C DIR status\n",
    )
