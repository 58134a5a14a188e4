"""Seals every test: home, configuration, time zone, locale, editor and network are fixed from the start."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pygit2
import pytest
from hypothesis import settings
from pygit2.enums import ConfigLevel

import history_language

Address = tuple[object, ...] | str | bytes
_LOOPBACK = frozenset(
    {"localhost", "127.0.0.1", "::1", "", "0.0.0.0"}
)  # the unspecified address: for binding

_sealed: dict[str, str] = {}


def pytest_configure(config: pytest.Config) -> None:
    # libgit2 and the product read HOME when they are first used, so a fixture would come too late.
    home = Path(tempfile.mkdtemp(prefix="sealed-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    _seal_environment(home)
    _seal_network()
    pygit2.settings.search_path[ConfigLevel.SYSTEM] = ""
    pygit2.settings.search_path[ConfigLevel.GLOBAL] = str(home)
    pygit2.settings.search_path[ConfigLevel.XDG] = str(home / "config" / "git")
    settings.register_profile("sealed", deadline=None, print_blob=True)
    settings.load_profile("sealed")


def _seal_environment(home: Path) -> None:
    git_config = home / ".gitconfig"
    git_config.write_text(history_language.GLOBAL_CONFIG, encoding="utf-8")
    for name in [
        name for name in os.environ if name.startswith(("GIT_", "SSH_", "RELMAN_")) or name in _FORGOTTEN
    ]:
        del os.environ[name]
    for folder in ("config", "cache", "data", "state", "run", "gnupg"):
        (home / folder).mkdir(mode=0o700)
    os.environ.update(
        HOME=str(home),
        XDG_CONFIG_HOME=str(home / "config"),
        XDG_CACHE_HOME=str(home / "cache"),
        XDG_DATA_HOME=str(home / "data"),
        XDG_STATE_HOME=str(home / "state"),
        XDG_RUNTIME_DIR=str(home / "run"),
        GNUPGHOME=str(home / "gnupg"),
        GIT_CONFIG_GLOBAL=str(git_config),
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
        GIT_EDITOR="false",
        EDITOR="false",
        VISUAL="false",
        TZ="UTC",
        LC_ALL="C.UTF-8",
        NO_COLOR="1",
        COLUMNS="110",
        # Children are not Python's to guard: a proxy that is not there keeps their HTTP on this machine.
        http_proxy="http://127.0.0.1:9",
        https_proxy="http://127.0.0.1:9",
        all_proxy="http://127.0.0.1:9",
        no_proxy="localhost,127.0.0.1,::1",
    )
    _sealed.update(os.environ)


_FORGOTTEN = frozenset(
    {"LANG", "LANGUAGE", "CI", "GITHUB_ACTIONS", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "LINES", "EMAIL"}
)


def _seal_network() -> None:
    def guarded(real: Callable[..., object]) -> Callable[..., object]:
        def connect(self: socket.socket, address: Address) -> object:
            if self.family != socket.AF_UNIX and str(address[0]) not in _LOOPBACK:
                raise RuntimeError(f"a test tried to reach {address!r}; only this machine is there")
            return real(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    real_getaddrinfo = socket.getaddrinfo

    def getaddrinfo(host: str | bytes | None, *args: object, **kwargs: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if name not in _LOOPBACK:
            raise RuntimeError(f"a test tried to look up {name!r}; only this machine is there")
        return real_getaddrinfo(host, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]  # the same signature, loosely


@pytest.fixture(scope="session")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder outside any repository."""
    return tmp_path_factory.mktemp("nowhere")


@pytest.fixture(autouse=True)
def sealed(nowhere: Path) -> Iterator[None]:
    """Starts each test outside every repository, and undoes what it did to the environment."""
    os.chdir(nowhere)
    yield
    os.chdir(nowhere)
    current = os.environ.get("PYTEST_CURRENT_TEST")
    if {**os.environ, "PYTEST_CURRENT_TEST": ""} != {**_sealed, "PYTEST_CURRENT_TEST": ""}:
        os.environ.clear()
        os.environ.update(_sealed)
        if current is not None:
            os.environ["PYTEST_CURRENT_TEST"] = current


@pytest.fixture
def story(tmp_path: Path) -> Callable[[str], history_language.Repo]:
    """Builds a named story in a folder of its name."""

    def built(name: str) -> history_language.Repo:
        return history_language.build(tmp_path / name, history_language.load(name))

    return built


@pytest.fixture
def repo_from(tmp_path: Path) -> Callable[..., history_language.Repo]:
    """Builds a repository from a story's text, in the folder `repo` unless named."""

    def built(spec: str, name: str = "repo") -> history_language.Repo:
        return history_language.build(tmp_path / name, spec)

    return built
