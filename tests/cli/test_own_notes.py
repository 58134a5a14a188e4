"""What a line's own tree configures about the notes holds there, whatever trunk's configuration says."""

import json
from pathlib import Path

from command import Shop, sure

OWN = """\
[changelog]
path = "NEWS.md"
template = "notes.j2"
contributors = true
sections = [{title = "Mended", types = ["fix"]}]
[release]
message = "ship {version}"
annotated = false
"""
NOTES = """\
## {{ version }}

{% for part in sections %}
{{ part.title }}: {{ part.entries[0].description }}{% endfor %}, by {{ contributors | length }}
"""
POLICY = '[changelog]\ntemplate = "trunk.j2"\n[release]\nmessage = "trunk says {version}"\n'


def shop_with(folder: Path, line: dict[str, str]) -> Shop:
    """HEAD is trunk, so that trunk's file is the policy; the line's tree has the files of `line` beside."""
    files = ", ".join(f"{name}: {json.dumps(text)}" for name, text in line.items())
    story = f"""
main:
  A "feat: one" {{app.txt: "1\\n"}} [v1.0.0]
release/1.0 from A:
  L "chore: its own" {{{files}}} [v1.0.1]
main:
  P "chore: configure" {{relman.toml: {json.dumps(POLICY)}, trunk.j2: "## {{{{ version }}}}\\n\\nas trunk has it\\n"}}
  fix "fix: nine (#7)" {{app.txt: "9\\n"}}
HEAD = main
"""
    return Shop(folder / "shop", story, remote=False)


def test_a_line_writes_its_notes_as_its_own_tree_says(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, {"relman.toml": OWN, "notes.j2": NOTES, "NEWS.md": "# News\n"})
    shop.done(*sure(["hotfix", "pr:7"]))
    assert shop.repo.git("show", "release/1.0:NEWS.md") == "# News\n\n## 1.0.2\n\nMended: nine, by 1"
    assert shop.repo.git("log", "-1", "--format=%s", "release/1.0") == "ship 1.0.2"
    assert shop.repo.git("cat-file", "-t", "v1.0.2") == "commit"


def test_a_line_without_a_configuration_uses_the_template_of_trunk(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, {"CHANGELOG.md": "# News\n"})
    shop.done(*sure(["hotfix", "pr:7"]))
    assert shop.repo.git("show", "release/1.0:CHANGELOG.md") == "# News\n\n## 1.0.2\n\nas trunk has it"
    assert shop.repo.git("log", "-1", "--format=%s", "release/1.0") == "trunk says 1.0.2"
