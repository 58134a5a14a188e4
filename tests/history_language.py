r"""The history language: one whiteboard of text builds a real repository.

    # a comment; a statement begins at the margin, a new line or `--` begins the next commit
    main: A "feat: one" {src/a.py: "one\n"} -- B "fix: two" [v1.4.0] -- C "feat: three"
    release/1.4 from B:
      D pick C -x
      E "chore: release 1.4.1" by ann at 2026-03-01T12:00:00Z [v1.4.1 "Release 1.4.1", ~stable]
      F revert D
    main: M merge release/1.4 "Merge the line" {VERSION: "2\n"}

`NAME from REV:` starts a branch (or moves one); `NAME:` goes on, or starts at a root. REV is a label, a
branch or a tag. A commit is `LABEL`, then in any order: "message" (JSON escapes, or a dedented block in three
quotes; the label is the default), `merge REV...`, `pick REV [-x]`, `revert REV`, `by NAME` or
`by "Name <mail>"` (the author; Ada Tester commits), `at TIME` (ISO; the clock starts at 2026-01-01T00:00:00Z
and each commit is one minute later), `{changes}` and `[tags]`. Without braces a plain commit writes the file
LABEL; `{}` is an empty commit.

    {a: "text", a*: "executable", a += "more", a ~ "old" => "new", link -> target, -gone, old => new}
    {"a b": "a quoted path", b: hex "00ff"}
    [v1.0.0, v1.0.0 "message", ~light]     annotated (the name is the default message), and lightweight

merge, pick and revert merge files as git does, without renames; braces then give the files that conflict.

    tag v0 = A           tag v0 = A "message"      tag tree = A:src     (or a blob)
    ref refs/remotes/origin/main = B               symref refs/remotes/origin/HEAD = refs/remotes/origin/main
    HEAD = release/1.4   HEAD = detached B         HEAD = unborn topic   (the first branch is the default)
    delete release/1.4   label fix = "main~3"      bare
    clock 2026-03-01T00:00:00Z    (the first commit's time)
    demo                          (begins with the stream that `relman demo` ships)

`build(path, text)` gives a `Repo`; `Repo.clone` and `Repo.worktree` make shallow or narrow clones and linked
work trees; `load(name)` is the text of fixtures/NAME.txt. Ids are the same on every machine.
"""

from pathlib import Path

from history_import import Builder, Import
from history_repo import Entry, Repo, Restorable
from history_spec import Branch, SpecError, Story, parse
from relman.job import demo

__all__ = [
    "GLOBAL_CONFIG",
    "Entry",
    "Repo",
    "Restorable",
    "SpecError",
    "Story",
    "build",
    "load",
    "names",
    "parse",
]

FIXTURES = Path(__file__).parent.parent / "fixtures"
GLOBAL_CONFIG = """\
[user]
\tname = Ada Tester
\temail = ada@example.com
[init]
\tdefaultBranch = main
[protocol "file"]
\tallow = always
[core]
\tsshCommand = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


def load(name: str) -> str:
    """Returns the text of a named story."""
    return (FIXTURES / f"{name}.txt").read_text(encoding="utf-8")


def names() -> tuple[str, ...]:
    """Lists the named stories."""
    return tuple(sorted(path.stem for path in FIXTURES.glob("*.txt")))


def build(path: Path, spec: str | Story) -> Repo:
    """Builds a repository at `path` from a story; what does not fit together is a SpecError."""
    story = parse(spec) if isinstance(spec, str) else spec
    path.mkdir(parents=True, exist_ok=True)
    first = next((s.name for s in story.statements if isinstance(s, Branch)), demo.HEAD_BRANCH)
    repo = Repo(path, {}, story.clock)
    repo.git("init", "-q", "--template=", f"--initial-branch={first}", *(["--bare"] if story.bare else []))
    with Import(path) as stream:
        if story.demo:
            stream.send(demo.fast_import_stream().removesuffix(b"done\n"))
        builder = Builder(stream, story.clock)
        for statement in story.statements:
            builder.do(statement)
        builder.write_refs()
    repo.labels, repo.clock = builder.ids, builder.clock
    _finish(repo, builder, bare=story.bare)
    return repo


def _finish(repo: Repo, builder: Builder, *, bare: bool) -> None:
    for label in builder.late_labels:
        repo.labels[label.name] = repo.id(label.rev)
    for late in builder.late_tags:
        base, colon, rest = late.rev.partition(":")
        value = repo.id(base) + colon + rest
        if late.tag.message is None:
            repo.git("update-ref", f"refs/tags/{late.tag.name}", repo.id(value))
        else:
            repo.git("tag", "-a", "-m", late.tag.message, late.tag.name, value)
    for symref in builder.symrefs:
        repo.git("symbolic-ref", symref.name, symref.target)
    head = builder.head
    if head is not None and head.state == "detached":
        repo.git("update-ref", "--no-deref", "HEAD", repo.id(head.name))
    elif head is not None:
        repo.git("symbolic-ref", "HEAD", f"refs/heads/{head.name}")
    if not bare and repo.run("rev-parse", "-q", "--verify", "HEAD").returncode == 0:
        repo.git("read-tree", "-m", "-u", "HEAD")
