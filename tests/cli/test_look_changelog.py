from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from history_language import Repo
from looking import Look

Story = Callable[[str], Repo]


def told(look: Look, repo: Repo, *words: str) -> str:
    said = look(repo, "changelog", *words)
    assert (said.code, said.err) == (0, "")
    return said.out


def section_of(notes: str, version: str) -> str:
    return next(part for part in ("\n" + notes).split("\n## ")[1:] if part.startswith(f"[{version}]")).strip()


def test_what_is_unreleased_on_trunk(story: Story, look: Look) -> None:
    assert told(look, story("incident")) == snapshot("""\
## [Unreleased]

### Features

- **api:** how many of an article are left (#126, f8986bd)
- **api:** list the articles (#101, 1f6f87d)
- **cart:** take an article out again (#106, 5f9e89b)
- **checkout:** orders know their buyer (#116, cb4be4d)
- **mail:** letters in the reader's language (#110, 5783b82)
- **stock:** put articles back (#89, b303e21)
- **x:** the express page asks before it buys (#119, 4617231)
- **x:** express orders are paid by card (#112, 8aa39aa)
- **x:** the express button places an order (#103, 84734bf)
- **x:** keep the address for express checkout (#96, 119e6ae)
- **x:** express checkout has a page of its own (#91, da5922f)

### Bug fixes

- token expiry (#123, cacc61d)
- **api:** an article that is sold out is not listed twice (#104, 2c63fe0)
- **cart:** an empty line is no line (#118, 0d417ca)
- **mail:** a letter without a name is to the customer (#121, cdb76be)
- **mail:** no empty line at the end of a letter (#99, 70d2e0c)
- **money:** less than nothing is shown with its sign (#115, e10ca57)
- **stock:** what is put back is counted once (#127, 08498d6)
- **stock:** nobody takes less than one (#109, e6b47e8)

### Performance

- **cart:** add up without a list (#113, 0ad911d)
- **stock:** look at each article once (#97, 6140b5b)
""")


def test_every_release(story: Story, look: Look) -> None:
    repo = story("incident")
    everything = told(look, repo, "--all")
    assert everything[everything.index("## [1.4.2]") :] == snapshot("""\
## [1.4.2] - 2026-11-18

### Bug fixes

- **tokens:** a user's name may hold a colon (#94, dda64e8)

## [1.4.1] - 2026-11-13

### Bug fixes

- **stock:** the last piece can be bought (#92, 4748090)

## [1.4.0] - 2026-11-11

### Features

- **api:** answer with the shop's version (#86, f83297a)
- **mail:** send the receipt (#83, 93d7002)
- **stock:** know how many are left (#80, dd10b6f)

## [1.3.2] - 2026-11-16

### Bug fixes

- **tokens:** a user's name may hold a colon (#94, 0d67408)

## [1.3.1] - 2026-11-06

### Bug fixes

- **cart:** the total counts every piece (#81, 89da91d)

## [1.3.0] - 2026-11-04

### Features

- **cart:** a cart holds lines and has a total (#73, 65d2b18)
- **checkout:** an order has a number and a receipt (#78, 9ecfb08)
- **money:** amounts are whole cents (#72, 0dcf4cb)
- **tokens:** sign people in with a token (#75, 46b863e)
""")
    assert everything.startswith(told(look, repo))


@pytest.mark.parametrize("name", ["incident", "merged_back", "odd_tags", "tags_off_trunk"])
def test_one_release_reads_as_it_does_among_all(story: Story, look: Look, name: str) -> None:
    repo = story(name)
    everything = told(look, repo, "--all")
    versions = [line[4 : line.index("]")] for line in everything.splitlines() if line.startswith("## [")][1:]
    assert versions
    for version in versions:
        assert section_of(told(look, repo, version), version) == section_of(everything, version)


@pytest.mark.parametrize("name", ["merged_back", "odd_tags", "tags_off_trunk", "first_release", "free_form"])
def test_odd_repositories(story: Story, look: Look, name: str) -> None:
    expected = {
        "merged_back": snapshot("""\
## [Unreleased]

### Features

- five (de55bb2)

## [3.9.0] - 2026-01-01

### Features

- four (6f671f2)
- three (6188f91)

## [3.8.2] - 2026-01-01

### Bug fixes

- two on the line (d3ef0d5)

## [3.8.1] - 2026-01-01

### Bug fixes

- one on the line (8c96de0)

## [3.8.0] - 2026-01-01

### Features

- two (90c427d)
- one (41f5c6e)
"""),
        "odd_tags": snapshot("""\
## [Unreleased]

### Bug fixes

- five (cc77a46)

## [0.2.0] - 2026-01-01

### Features

- three (0e70258)

## [0.1.1] - 2026-01-01

### Bug fixes

- two (bd0a611)

## [0.1.0] - 2026-01-01

### Features

- one (211955e)
"""),
        "tags_off_trunk": snapshot("""\
## [Unreleased]

### Features

- seven (9ff2660)

## [3.6.0-rc1] - 2026-01-01

### Features

- five (cefdabc)

### Bug fixes

- six (ab47bd0)

### Changes

- Bump version to 3.6.0-rc1 (fe39aab)

## [3.5.0] - 2026-01-01

### Features

- three (b12e9f6)

### Bug fixes

- only before the final (2ad1255)

### Changes

- Bump version to 3.5.0 (236a96d)
- Bump version to 3.5.0-rc2 (4600b0e)
- Bump version to 3.5.0-rc10 (91e9372)
- Bump version to 3.5.0-rc1 (7a02cec)

## [3.4.1] - 2026-01-01

### Bug fixes

- four (69ebf6f)

### Changes

- Bump version to 3.4.1 (0573ac8)

## [3.4.0] - 2026-01-01

### Features

- one (6f5d3cb)

### Bug fixes

- two (1e0aad6)

### Changes

- Bump version to 3.4.0 (1441a3d)
- Bump version to 3.4.0-rc1 (131fcca)
"""),
        "first_release": snapshot("""\
## [Unreleased]

### Breaking changes

- three (9427dbb)
  - one is gone

### Features

- one (706f6e0)

### Bug fixes

- two (c35276b)
"""),
        "free_form": snapshot("""\
## [Unreleased]

### Changes

- More tests (5364d0c)
- BREAKING news in the readme (5b7a226)
- WIP (33119a0)
- moved stuff around (5bc04c0)
- Fixed the crash on empty input, closes #4 (#4, 91b7ae0)

## [0.9.0] - 2026-01-01

### Changes

- Initial import (22b5d51)
"""),
    }
    assert told(look, story(name), "--all") == expected[name]


def test_a_fix_that_shipped_on_a_line_is_mentioned_where_that_is_wanted(story: Story, look: Look) -> None:
    repo = story("incident")
    repo.write("relman.toml", '[changelog]\nrepeats = "mention"\n')
    assert [line for line in told(look, repo, "--all").splitlines() if "also in" in line] == snapshot(
        [
            "- **stock:** the last piece can be bought (#92, dcfeec6), also in 1.4.1",
            "- **tokens:** a user's name may hold a colon (#94, 5a07952), also in 1.4.2",
            "- **cart:** the total counts every piece (#81, 291c28c), also in 1.3.1",
        ]
    )


def test_a_candidate_goes_into_its_final_or_stands_below_it(story: Story, look: Look) -> None:
    repo = story("tags_off_trunk")
    assert "[3.5.0-rc2]" not in told(look, repo, "--all")
    repo.write("relman.toml", '[changelog]\nprereleases = "keep"\n')
    everything = told(look, repo, "--all")
    assert section_of(everything, "3.5.0-rc10") == snapshot("[3.5.0-rc10] - 2026-01-01")
    assert section_of(everything, "3.5.0") == snapshot("""\
[3.5.0] - 2026-01-01

### Features

- three (b12e9f6)

### Bug fixes

- only before the final (2ad1255)

### Changes

- Bump version to 3.5.0 (236a96d)
- Bump version to 3.5.0-rc2 (4600b0e)
- Bump version to 3.5.0-rc10 (91e9372)
- Bump version to 3.5.0-rc1 (7a02cec)\
""")


def test_the_context_is_the_json(story: Story, look: Look) -> None:
    repo = story("incident")
    said = look(repo, "changelog", "1.4.1", "--context")
    assert look(repo, "changelog", "v1.4.1", "--json") == said
    assert said.json == snapshot(
        {
            "schema": "relman/changelog/v1",
            "package": None,
            "releases": [
                {
                    "version": "1.4.1",
                    "tag": "v1.4.1",
                    "commit": "5214dd6d7f95f0d86331ca083adabb36c2a75400",
                    "date": "2026-11-13",
                    "previous_tag": "v1.4.0",
                    "compare_url": None,
                    "tag_url": None,
                    "withdrawn": None,
                    "sections": [
                        {
                            "title": "Bug fixes",
                            "entries": [
                                {
                                    "commit": "47480906d9ed4e78c7ad25adfebd7e9efcafbbb3",
                                    "short": "4748090",
                                    "commit_url": None,
                                    "type": "fix",
                                    "scope": "stock",
                                    "description": "the last piece can be bought",
                                    "subject": "fix(stock): the last piece can be bought (#92)",
                                    "breaking": False,
                                    "breaking_notes": [],
                                    "authors": ["Chloe Tan"],
                                    "references": [],
                                    "pull_request": 92,
                                    "pull_request_url": None,
                                    "also_in": [],
                                    "links": [{"text": "#92", "url": None}, {"text": "4748090", "url": None}],
                                }
                            ],
                        }
                    ],
                    "contributors": [],
                }
            ],
        }
    )


def test_links_lead_to_the_forge_and_never_hold_a_password(story: Story, look: Look) -> None:
    repo = story("incident")
    repo.git("remote", "add", "origin", "https://ann:secret@github.com/acme/shop.git")
    assert told(look, repo, "v1.4.2") == snapshot("""\
## [1.4.2](https://github.com/acme/shop/compare/v1.4.1...v1.4.2) - 2026-11-18

### Bug fixes

- **tokens:** a user's name may hold a colon ([#94](https://github.com/acme/shop/pull/94), [dda64e8](https://github.com/acme/shop/commit/dda64e8404f7683b292b9a8fb27578cda8a893ca))
""")
    repo.write("relman.toml", "[changelog]\nlinks = false\n")
    assert "http" not in told(look, repo, "v1.4.2")


def test_a_template_from_a_file_or_from_the_tree(story: Story, tmp_path: Path, look: Look) -> None:
    repo = story("incident")
    file = tmp_path / "short.j2"
    file.write_text("{{ version }}: {{ sections | length }}\n")
    assert told(look, repo, "v1.4.2", "--template", str(file)) == "1.4.2: 1\n"
    repo.commit(
        "chore: notes",
        {"notes.j2": "tree {{ version }}\n", "relman.toml": '[changelog]\ntemplate = "notes.j2"\n'},
    )
    assert told(look, repo, "v1.4.2") == "tree 1.4.2\n"
    repo.write("relman.toml", '[changelog]\ntemplate = "gone.j2"\n')
    said = look(repo, "changelog")
    assert (said.code, said.out, said.err) == snapshot(
        (
            2,
            "",
            """\
error: changelog.template is gone.j2, and no such file is committed
hint:  relman changelog --template FILE
""",
        )
    )
    said = look(repo, "changelog", "--template", str(tmp_path / "gone.j2"))
    assert said.code == 2


@pytest.mark.parametrize("words", [("9.9.9",), ("nothing",), ("--all", "1.4")])
def test_what_cannot_be_told(story: Story, look: Look, words: tuple[str, ...]) -> None:
    said = look(story("incident"), "changelog", *words)
    assert (said.code, said.out) == (2, "")
    expected = {
        "9.9.9": snapshot("""\
error: there is no release 9.9.9
hint:  relman changelog --all
hint:  relman status
"""),
        "nothing": snapshot("""\
error: there is no line 'nothing'; lines: 1.4, 1.3
hint:  relman status
"""),
        "--all": snapshot("""\
error: --all is every release, and 1.4 is one
hint:  relman changelog 1.4
"""),
    }
    assert said.err == expected[words[0]]


def test_a_line_by_name_and_head_on_it(story: Story, look: Look) -> None:
    repo = story("incident")
    repo.git("checkout", "-q", "release/1.4")
    repo.commit("fix(cart): a late fix\n\nCloses #200", {"late.txt": "late\n"})
    mine = told(look, repo)
    assert mine == snapshot("""\
## [Unreleased]

### Bug fixes

- **cart:** a late fix (#200, a73460d)
""")
    repo.git("checkout", "-q", "main")
    assert told(look, repo, "1.4") == mine
    assert told(look, repo, "release/1.4") == mine


def test_a_reverted_change_is_no_news(story: Story, look: Look) -> None:
    repo = story("incident")
    oid = repo.commit("feat: soon gone", {"gone.txt": "gone\n"})
    repo.git("rm", "-q", "gone.txt")
    repo.commit(f'Revert "feat: soon gone"\n\nThis reverts commit {oid}.')
    assert "soon gone" not in told(look, repo)


def test_a_shallow_clone_is_refused(story: Story, tmp_path: Path, look: Look) -> None:
    clone = story("incident").clone(tmp_path / "clone", depth=3)
    said = look(clone, "changelog", "--all")
    assert (said.code, said.out) == (2, "")
    assert "git fetch --unshallow" in said.err


def test_contributors_where_they_are_wanted(story: Story, look: Look) -> None:
    repo = story("incident")
    repo.write("relman.toml", "[changelog]\ncontributors = true\n")
    assert told(look, repo, "v1.4.0").splitlines()[-1] == snapshot(
        "Contributors: Ann Okafor, Ben Ruiz, Chloe Tan, Dmitri Weiss"
    )
