"""Every hook driven by git itself: commits, and pushes judged before they leave and again on the server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from command import Shop, call, other
from pushing import DOORS, configure, goes, guard, guarded_by, on, push, refused, rules
from relman.model.shared import DEPLOYMENTS


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


@pytest.fixture(params=DOORS)
def guarded(shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """The shop, its pushes judged by one of the doors."""
    return guarded_by(shop, request.param)


def test_what_is_in_order_goes(guarded: Shop) -> None:
    on(guarded, "main", "feat: even more")
    goes(guarded, "main")
    guarded.repo.git("switch", "-q", "release/1.0")
    guarded.repo.git("cherry-pick", "-x", guarded.repo.labels["fix"])
    goes(guarded, "release/1.0")
    guarded.repo.git("tag", "-a", "-m", "1.0.1", "v1.0.1")
    goes(guarded, "v1.0.1")
    goes(guarded, "main:refs/heads/feature/x", "main:refs/notes/x")
    goes(guarded, ":feature/x")


def test_history_that_lasts_is_not_rewritten(guarded: Shop) -> None:
    assert refused(guarded, "-f", "main~1:main") == ["force-push"]
    assert refused(guarded, "-f", "main:release/1.0") == ["force-push"]
    assert refused(guarded, ":release/1.0") == ["branch-deleted"]
    goes(guarded, "main:topic")
    goes(guarded, "-f", "main~1:topic")


def test_a_release_stays_what_it_is(guarded: Shop) -> None:
    assert refused(guarded, ":v1.0.0") == ["tag-deleted"]
    assert refused(guarded, "-f", "main:refs/tags/v1.0.0") == ["tag-moved"]
    guarded.repo.git("tag", "nightly", "main")
    goes(guarded, "nightly")
    goes(guarded, "-f", "main~1:refs/tags/nightly")


def test_a_record_that_the_team_shares_only_grows(guarded: Shop) -> None:
    guarded.done("env", "record", "production", "1.0.0", "--yes", "--push")
    guarded.done("env", "record", "staging", "1.0.0", "--yes", "--push")
    entries = guarded.there("rev-list", "--count", DEPLOYMENTS)
    assert refused(guarded, f"+{DEPLOYMENTS}~1:{DEPLOYMENTS}") == ["shared-record"]
    assert refused(guarded, f"+main:{DEPLOYMENTS}") == ["shared-record"]
    assert refused(guarded, f"+main^{{tree}}:{DEPLOYMENTS}") == ["shared-record"]
    assert refused(guarded, f":{DEPLOYMENTS}") == ["shared-record"]
    said = guarded("undo", "--remote", "--yes")
    assert (said.code in (4, 6), "[shared-record]" in said.err) == (True, True)  # by the remote, or before it
    guarded.done("withdraw", "1.0.0", "--reason", "x", "--yes", "--push")
    assert (entries, guarded.there("rev-list", "--count", DEPLOYMENTS)) == ("2", "2")


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_what_two_people_record_at_once_goes_through_the_guard_and_nothing_is_lost(
    shop: Shop, hook: str
) -> None:
    guard(shop.bare, hook)
    colleague = other(shop)
    for each, name in ((shop, "production"), (colleague, "staging")):
        each.done("env", "record", name, "1.0.0", "--yes", "--offline")
    shop.done("push", "--yes")
    assert push(colleague, f"+{DEPLOYMENTS}").returncode != 0
    colleague.done("push", "--yes")
    said = {row["name"] for row in colleague.done("env", "--json").json["environments"]}
    assert said == {"production", "staging"}
    assert shop.there("rev-list", "--count", "--no-merges", DEPLOYMENTS) == "2"


def test_a_release_tag_has_its_form_and_its_place(guarded: Shop) -> None:
    git = guarded.repo.git
    git("tag", "-a", "-m", "x", "1.1.0", "main")
    assert refused(guarded, "1.1.0") == ["tag-format"]
    git("tag", "-a", "-m", "x", "v1.0.1", "main")
    assert refused(guarded, "v1.0.1") == ["tag-place"]
    git("tag", "-a", "-m", "x", "v1.2.0", "main")
    goes(guarded, "v1.2.0")
    git("tag", "-m", "x", "v1.3.0", "main:app.txt")
    assert refused(guarded, "v1.3.0") == ["tag-place"]


@pytest.mark.parametrize("hook", ["pre-push", "pre-receive"])
def test_a_release_is_on_a_branch_that_stays(shop: Shop, hook: str) -> None:
    guarded_by(shop, hook)
    git = shop.repo.git
    git("switch", "-q", "-c", "topic", "main")
    shop.repo.commit("feat: not merged", {"t.txt": "t\n"})
    git("tag", "-a", "-m", "x", "v1.1.0")
    assert refused(shop, "v1.1.0") == ["tag-place"]
    goes(shop, "topic:main", "v1.1.0")


def test_an_isolated_hotfix_stands_on_the_release_before_it(guarded: Shop) -> None:
    guarded.repo.git("switch", "-q", "-c", "hotfix/1.0.1", "v1.0.0")
    guarded.repo.commit("fix: now", {"now.txt": "n\n"})
    guarded.repo.git("tag", "-a", "-m", "x", "v1.0.1")
    goes(guarded, "v1.0.1")


def test_versions_do_not_go_backwards(guarded: Shop) -> None:
    git = guarded.repo.git
    git("switch", "-q", "release/1.0")
    git("tag", "-a", "-m", "x", "v1.0.5", "HEAD")
    goes(guarded, "v1.0.5")
    git("tag", "-a", "-m", "x", "v1.0.3", "HEAD")
    assert refused(guarded, "v1.0.3") == ["version-backwards"]
    on(guarded, "main", "chore: back", "pyproject.toml", '[project]\nname = "shop"\nversion = "0.9.0"\n')
    assert refused(guarded, "main") == ["version-backwards"]


@pytest.mark.parametrize("hook", ["pre-push", "pre-receive"])
def test_tags_of_one_push_are_told_apart_by_history(shop: Shop, hook: str) -> None:
    guarded = shop
    guarded_by(shop, hook)
    git = guarded.repo.git
    git("switch", "-q", "release/1.0")
    git("tag", "-a", "-m", "x", "v1.0.3", "HEAD")
    guarded.repo.commit("fix: more", {"line.txt": "more\n"})
    git("tag", "-a", "-m", "x", "v1.0.2", "HEAD")
    assert "version-backwards" in refused(guarded, "--atomic", "v1.0.3", "v1.0.2")


def test_a_line_takes_fixes_that_trunk_has(guarded: Shop) -> None:
    on(guarded, "release/1.0", "feat: more of it")
    assert refused(guarded, "release/1.0") == ["fixes-only", "upstream-first"]
    guarded.repo.git("reset", "-q", "--hard", "origin/release/1.0")
    orphan = on(guarded, "release/1.0", "fix: only here")
    assert refused(guarded, "release/1.0") == ["upstream-first"]
    guarded.repo.git("switch", "-q", "main")
    guarded.repo.git("cherry-pick", orphan)
    goes(guarded, "main")
    goes(guarded, "release/1.0")


def test_what_a_release_writes_has_no_origin(guarded: Shop) -> None:
    on(guarded, "release/1.0", "chore: notes", "CHANGELOG.md", "# Changelog\n")
    on(guarded, "release/1.0", "chore(release): 1.0.1", "pyproject.toml", '[project]\nversion = "1.0.1"\n')
    goes(guarded, "release/1.0")


def test_a_commit_that_is_named_with_blanks_is_judged_too(guarded: Shop) -> None:
    on(guarded, "main", "no type at all")
    assert refused(guarded, "HEAD^{/no type}:main") == ["type-empty"]


def test_trunk_is_not_merged_into_a_line(guarded: Shop) -> None:
    guarded.repo.git("switch", "-q", "release/1.0")
    guarded.repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'main' into release/1.0", "main")
    assert refused(guarded, "release/1.0") == ["merge-from-trunk"]


def test_messages_are_read_where_they_come_to_stay(guarded: Shop) -> None:
    on(guarded, "main", "no type here")
    goes(guarded, "main:topic")
    assert refused(guarded, "main") == ["type-empty"]


@pytest.mark.parametrize("hook", ["pre-push", "pre-receive"])
def test_trunk_and_its_line_may_come_together(shop: Shop, hook: str) -> None:
    guarded = shop
    guarded_by(shop, hook)
    fix = on(guarded, "main", "fix: both")
    guarded.repo.git("switch", "-q", "release/1.0")
    guarded.repo.git("cherry-pick", "-x", fix)
    goes(guarded, "--atomic", "main", "release/1.0")


def test_hostile_names_are_only_names(guarded: Shop, tmp_path: Path) -> None:
    names = (
        "$(touch${IFS}gone)",
        "a`id`",
        "';reboot;'",
        "\u202egnp.exe",
        "x\u0085y",
        "é\u200fü",
        "%s%n{}",
    )
    for name in names:
        guarded.repo.git("update-ref", f"refs/heads/{name}", "main")
        goes(guarded, f"refs/heads/{name}:refs/heads/{name}")
        assert "\u202e" not in goes(guarded, f":refs/heads/{name}").replace(name, "")
    guarded.repo.git("update-ref", "refs/heads/-rf", "main")
    assert refused(guarded, "refs/heads/-rf:refs/heads/-rf") == ["branch-syntax"]
    text = "fix: \x1b[2J\x07 red\r\n\n\u202e$(reboot) {{ 7 * 7 }} %s\n"
    guarded.repo.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", "start")
    on(guarded, "release/1.0", text)
    done = push(guarded, "release/1.0")
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if "[upstream-first]" in line]
    assert said
    assert not any(c in line for line in said for c in "\x1b\x07\u202e")
    assert [f.name for f in tmp_path.rglob("gone")] == []


def test_a_strange_name_does_not_stand_for_another_ref(guarded: Shop) -> None:
    configure(guarded, '[branches]\nnames = ["feature/*"]\n')
    for space in ("\u2028", "\u0085", "\u00a0"):
        name = f"refs/heads/feature/a{space}b"
        guarded.repo.git("update-ref", name, "main")
        goes(guarded, f"{name}:{name}")
        odd = f"refs/heads/a{space}refs/heads/feature/b"
        guarded.repo.git("update-ref", odd, "main")
        assert refused(guarded, f"{odd}:{odd}") == ["branch-name"]


def test_new_branches_have_the_names_of_the_team(guarded: Shop) -> None:
    configure(guarded, '[branches]\nnames = ["feature/*"]\n')
    assert refused(guarded, "main:refs/heads/wild") == ["branch-name"]
    goes(guarded, "main:refs/heads/feature/a", "main:refs/heads/release/1.9")


def test_protected_branches_are_not_rewritten_either(guarded: Shop) -> None:
    goes(guarded, "main:refs/heads/stable")
    configure(guarded, '[branches]\nprotected = ["sta*"]\n')
    assert refused(guarded, "-f", "main~1:refs/heads/stable") == ["force-push"]


def test_a_team_sets_its_levels(guarded: Shop) -> None:
    configure(guarded, '[hooks.levels]\n"upstream-first" = "warning"\n"fixes-only" = "off"\n')
    on(guarded, "release/1.0", "feat: more of it")
    said = goes(guarded, "release/1.0")
    assert "[upstream-first]" in said
    assert "fixes-only" not in said


def test_a_freeze_stops_what_it_names(guarded: Shop) -> None:
    configure(
        guarded,
        '[[freeze]]\nfrom = "2001-01-01"\nto = "2999-12-31"\nbranches = ["release/*"]\ntags = []\nreason = "feast"\n',
    )
    on(guarded, "main", "feat: even more")
    goes(guarded, "main")
    guarded.repo.git("switch", "-q", "release/1.0")
    guarded.repo.git("cherry-pick", "-x", guarded.repo.labels["fix"])
    assert refused(guarded, "release/1.0") == ["freeze"]


def test_a_broken_configuration_says_so_and_how_to_get_past(guarded: Shop) -> None:
    configure(guarded, "[hooks]\nlevel = 3\n")
    done = push(guarded, "main:refs/heads/topic")
    assert done.returncode != 0
    assert "no such key" in done.stderr
    assert "\ufffd" not in done.stderr  # every line of the error is one, and none stands for a line's end
    assert "to go past it: " in done.stderr
    assert "Traceback" not in done.stderr


# Going past a rule.


def overrides(at: Path) -> list[dict[str, object]]:
    file = at / "relman" / "overrides.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_a_rule_is_gone_past_with_a_reason_that_is_logged(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard(shop.path, "pre-push")
    on(shop, "release/1.0", "fix: only here")
    monkeypatch.setenv("RELMAN_ANYWAY", "upstream-first")
    assert refused(shop, "release/1.0") == ["upstream-first"]
    monkeypatch.setenv("RELMAN_REASON", "incident 4711")
    goes(shop, "release/1.0")
    [entry] = overrides(shop.path / ".git")
    assert (entry["rules"], entry["reason"], entry["hook"]) == (
        ["upstream-first"],
        "incident 4711",
        "pre-push",
    )


def test_on_the_server_only_what_the_keeper_lists(shop: Shop) -> None:
    guard(shop.bare, "pre-receive")
    shop.there("config", "receive.advertisePushOptions", "true")
    on(shop, "release/1.0", "fix: only here")
    past = ("-o", "relman.anyway=upstream-first,force-push", "-o", "relman.reason=incident 4711")
    assert refused(shop, "-o", "relman.anyway=upstream-first", "release/1.0") == ["upstream-first"]
    assert refused(shop, *past, "-f", "main:release/1.0") == ["force-push"]
    goes(shop, *past, "release/1.0")
    [entry] = overrides(shop.bare)
    assert (entry["rules"], entry["reason"]) == (["upstream-first"], "incident 4711")


def test_a_debt_that_a_hotfix_wrote_down_is_no_orphan(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    guard(shop.path, "pre-push")
    shop.repo.git("switch", "-q", "-c", "urgent", "release/1.0")
    shop.repo.commit("fix: only for the line", {"u.txt": "u\n"})
    done = shop("hotfix", "urgent", "--to", "1.0", "--yes", "--date", "2026-11-23T03:00:00+00:00")
    assert done.code == 0, done.err
    assert "main lacks fix: only for the line" in done.out
    goes(shop, "release/1.0")


# The server's policy is the server's.


def test_a_repository_cannot_weaken_the_servers_policy(shop: Shop) -> None:
    guard(shop.bare, "pre-receive")
    weak = '[hooks.levels]\n"upstream-first" = "off"\n"fixes-only" = "off"\n'
    on(shop, "main", "chore: weaken", "relman.toml", weak)
    goes(shop, "main")
    on(shop, "release/1.0", "feat: more")
    assert "fixes-only" in refused(shop, "release/1.0")


def test_a_policy_at_a_ref_is_read_as_it_was_before_the_push(shop: Shop) -> None:
    guard(shop.bare, "pre-receive")
    on(shop, "main", "chore: policy", "relman.toml", '[branches]\nnames = ["feature/*"]\n')
    goes(shop, "main")
    shop.there("config", "relman.policy", "main:relman.toml")
    on(shop, "main", "chore: weaken", "relman.toml", "")
    assert refused(shop, "--atomic", "main", "main:refs/heads/wild") == ["branch-name"]
    goes(shop, "main")
    goes(shop, "main:refs/heads/wild")


@pytest.mark.parametrize(
    "said", ["nowhere:relman.toml", "main:gone.toml", "relative.toml", "/gone/policy.toml"]
)
def test_a_policy_that_cannot_be_read_lets_nothing_in(shop: Shop, said: str) -> None:
    guard(shop.bare, "pre-receive")
    shop.there("config", "relman.policy", said)
    done = push(shop, "main:refs/heads/topic")
    assert done.returncode != 0
    assert "relman hooks uninstall" in done.stderr


def test_the_update_hook_takes_no_policy_from_a_ref(shop: Shop) -> None:
    guard(shop.bare, "update")
    shop.there("config", "relman.policy", "main:relman.toml")
    assert "this very push moved" in push(shop, "main:refs/heads/topic").stderr


# Ways to the server.


@pytest.fixture
def daemon(shop: Shop) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ("--export-all", "--enable=receive-pack", f"--base-path={shop.folder}", str(shop.folder))
    words = ["git", "daemon", "--listen=127.0.0.1", f"--port={port}", *where]
    child = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"git://127.0.0.1:{port}/remote.git"
    child.terminate()
    child.wait()


def backend(root: Path) -> type[BaseHTTPRequestHandler]:
    """Runs git http-backend as CGI for whoever asks, as the user ann."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                body = b""
                while size := int(self.rfile.readline().strip(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
            else:
                body = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(body)

        def answer(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            done = subprocess.run(
                ["git", "http-backend"],
                input=body,
                capture_output=True,
                check=False,
                env={
                    **os.environ,
                    "GIT_PROJECT_ROOT": str(root),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                    "REMOTE_USER": "ann",
                },
            )
            head, _, rest = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for key, value in fields.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(rest)

        def log_message(self, *_args: object) -> None:
            pass

    return Handler


@pytest.fixture
def web(shop: Shop) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), backend(shop.folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/remote.git"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("way", ["daemon", "web"])
def test_the_server_judges_what_is_in_quarantine(
    shop: Shop, way: str, request: pytest.FixtureRequest
) -> None:
    shop.repo.git("remote", "set-url", "origin", request.getfixturevalue(way))
    guard(shop.bare, "pre-receive")
    shop.there("config", "receive.advertisePushOptions", "true")
    on(shop, "release/1.0", "fix: only here")
    assert refused(shop, "release/1.0") == ["upstream-first"]
    goes(shop, "-o", "relman.anyway=upstream-first", "-o", "relman.reason=incident", "release/1.0")
    [entry] = overrides(shop.bare)
    assert way == "daemon" or entry["who"] == "ann"
    fix = on(shop, "main", "fix: both", "both.txt")
    shop.repo.git("switch", "-q", "release/1.0")
    shop.repo.git("cherry-pick", "-x", fix)
    goes(shop, "--atomic", "main", "release/1.0")


# Commits.


def commit(shop: Shop, *words: str) -> subprocess.CompletedProcess[str]:
    done = shop.repo.run("commit", *words)
    assert "Traceback" not in done.stderr
    return done


def edit(shop: Shop, version: str) -> None:
    shop.repo.write("pyproject.toml", f'[project]\nname = "shop"\nversion = "{version}"\n')


def test_a_version_is_not_edited_by_hand(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    guard(shop.path, "pre-commit")
    edit(shop, "1.0.1")
    for words in (("-am", "fix: a"), ("-m", "fix: a", "pyproject.toml"), ("-a", "--amend", "--no-edit")):
        done = commit(shop, *words)
        assert (done.returncode, rules(done)) == (1, ["version-lines"]), done.stderr
    shop.repo.write("line.txt", "other\n")
    assert commit(shop, "-m", "fix: a", "line.txt").returncode == 0
    monkeypatch.setenv("RELMAN_ANYWAY", "version-lines")
    assert commit(shop, "-am", "fix: b").returncode == 1
    monkeypatch.setenv("RELMAN_REASON", "by hand")
    assert commit(shop, "-am", "fix: b").returncode == 0
    [entry] = overrides(shop.path / ".git")
    assert (entry["rules"], entry["who"]) == (["version-lines"], shop.repo.git("config", "user.email"))


def test_a_version_that_a_merge_brings_is_not_edited(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EDITOR", "true")
    git = shop.repo.git
    guard(shop.path, "pre-commit")
    git("switch", "-q", "-c", "side", "release/1.0")
    edit(shop, "1.0.1")
    shop.repo.write("line.txt", "one\n")
    git("commit", "-q", "--no-verify", "-am", "chore(release): 1.0.1")
    on(shop, "release/1.0", "fix: other", "line.txt", "two\n")
    assert shop.repo.run("merge", "side").returncode == 1
    shop.repo.write("line.txt", "both\n")
    assert commit(shop, "-am", "Merge branch 'side'").returncode == 0
    git("reset", "-q", "--hard", "HEAD~1")
    assert shop.repo.run("cherry-pick", "side").returncode == 1
    shop.repo.write("line.txt", "both\n")
    git("add", "-A")
    assert shop.repo.run("cherry-pick", "--continue").returncode == 0
    git("reset", "-q", "--hard", "HEAD~1")
    git("switch", "-q", "side")
    assert shop.repo.run("rebase", "release/1.0").returncode == 1
    shop.repo.write("line.txt", "both\n")
    git("add", "-A")
    assert shop.repo.run("rebase", "--continue").returncode == 0


def test_nobody_commits_on_a_protected_branch(shop: Shop) -> None:
    shop.repo.write("relman.toml", '[branches]\nprotected = ["main", "release/*"]\n')
    guard(shop.path, "pre-commit")
    done = commit(shop, "--allow-empty", "-m", "fix: a")
    assert (done.returncode, rules(done)) == (1, ["protected-branch"])
    assert commit(shop, "--allow-empty", "--amend", "-m", "fix: a").returncode == 1
    assert commit(shop, "--no-verify", "--allow-empty", "-m", "fix: a").returncode == 0
    shop.repo.git("switch", "-q", "-c", "topic")
    assert commit(shop, "--allow-empty", "-m", "fix: a").returncode == 0
    shop.repo.git("switch", "-q", "--detach")
    assert commit(shop, "--allow-empty", "-m", "fix: a").returncode == 0


def test_the_strategy_protects_what_only_merges_move(shop: Shop) -> None:
    shop.repo.write("relman.toml", 'strategy = "gitflow/v1"\n')
    guard(shop.path, "pre-commit")
    shop.repo.git("switch", "-q", "main")
    assert "gitflow/v1 moves it by merges alone" in commit(shop, "--allow-empty", "-m", "fix: a").stderr
    shop.repo.git("switch", "-q", "-c", "develop")
    assert commit(shop, "--allow-empty", "-m", "fix: a").returncode == 0


def test_the_first_commit_may_go_anywhere(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path / "new")]
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "new")], check=True)
    (tmp_path / "new/relman.toml").write_text('[branches]\nprotected = ["main"]\n')
    assert call(tmp_path / "new", "hooks", "install", "--yes").code == 0
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "chore: begin"], check=True)
    assert subprocess.run([*git, "commit", "-qm", "chore: on", "--allow-empty"], check=False).returncode == 1


def test_a_linked_work_tree_is_judged_by_its_own_files(shop: Shop, tmp_path: Path) -> None:
    guard(shop.path, "pre-commit")
    guard(shop.path, "pre-push")
    linked = tmp_path / "linked"
    shop.repo.git("worktree", "add", "-q", str(linked), "main")
    (linked / "relman.toml").write_text('[branches]\nprotected = ["main"]\n')
    git = ["git", "-C", str(linked)]
    done = subprocess.run(
        [*git, "commit", "--allow-empty", "-m", "fix: a"], capture_output=True, text=True, check=False
    )
    assert rules(done) == ["protected-branch"]
    done = subprocess.run(
        [*git, "push", "-f", "origin", "main~1:main"], capture_output=True, text=True, check=False
    )
    assert rules(done) == ["force-push"]


def test_an_empty_environment_is_enough_to_push(shop: Shop) -> None:
    guard(shop.path, "pre-push")
    guard(shop.bare, "pre-receive")
    git = shutil.which("git") or "git"
    words = [git, "-C", str(shop.path), "push", "origin", "-f", "main~1:main"]
    done = subprocess.run(words, env={}, capture_output=True, text=True, check=False)
    assert rules(done) == ["force-push"]
    done = subprocess.run([*words[:-2], "main"], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0


def test_the_doors_start_without_heavy_libraries() -> None:
    heavy = "typer", "rich", "jinja2", "pygit2", "ruamel"
    rooms = "pre_commit", "pre_push", "receive"
    code = f"import sys; [__import__('relman.hook.' + r) for r in {rooms}]; print({{*{heavy}}} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# relman itself meets the same doors.


def test_relmans_own_releases_go_through_every_door(shop: Shop) -> None:
    for at, hook in ((shop.path, "pre-push"), (shop.bare, "pre-receive"), (shop.bare, "update")):
        guard(at, hook)
    now = ("--yes", "--date", "2026-11-23T03:00:00+00:00", "--push")
    shop.done("hotfix", shop.repo.labels["fix"], "--to", "1.0", *now)
    shop.done("cut", *now)
    shop.done("release", "--final", "1.1", *now)
    assert shop.there("tag", "--list", "v1.0.1", "v1.1.0").split() == ["v1.0.1", "v1.1.0"]
    said = shop("undo", "--remote", "--reason", "v1.1.0", "--yes", "--date", now[2])
    assert (said.code, "[tag-deleted]" in said.err) == (6, True)
