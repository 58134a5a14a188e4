"""Remote URLs to web pages: every spelling of a remote, every forge, and URLs that mean harm."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.model.forge import (
    Forge,
    change_url,
    commit_url,
    compare_url,
    detect,
    issue_url,
    new_change_url,
    reference_url,
    release_page_command,
    tag_url,
)
from relman.model.names import Oid

ID = Oid("3f1c9ab" + "0" * 33)
GITHUB = Forge(kind="github", web="https://github.com/acme/shop")
GITLAB = Forge(kind="gitlab", web="https://gitlab.example.org/a/b/shop")
BITBUCKET = Forge(kind="bitbucket", web="https://bitbucket.org/acme/shop")
GITEA = Forge(kind="gitea", web="https://codeberg.org/acme/shop")
AZURE = Forge(kind="azure", web="https://dev.azure.com/acme/My%20Shop/_git/shop")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/shop.git", GITHUB),
        ("https://github.com/acme/shop/", GITHUB),
        ("http://github.com/acme/shop", GITHUB),
        ("https://ann:secret@github.com/acme/shop.git", GITHUB),
        ("https://ann@example.com:secret@github.com/acme/shop.git", GITHUB),
        ("git@github.com:acme/shop.git", GITHUB),
        ("github.com:/acme/shop.git", GITHUB),
        ("ssh://git@GitHub.com:22/acme/shop.git", GITHUB),
        ("git://github.com/acme/shop.git", GITHUB),
        ("git+ssh://git@github.com/acme/shop", GITHUB),
        ("git@gitlab.example.org:a/b/shop.git", GITLAB),
        ("ssh://git@gitlab.example.org:2222/a/b/shop.git", GITLAB),
        (
            "http://gitlab.local:8080/a/shop.git",
            Forge(kind="gitlab", web="http://gitlab.local:8080/a/shop"),
        ),
        ("git@bitbucket.org:acme/shop.git", BITBUCKET),
        ("https://codeberg.org/acme/shop", GITEA),
        ("https://acme@dev.azure.com/acme/My%20Shop/_git/shop", AZURE),
        ("git@ssh.dev.azure.com:v3/acme/My Shop/shop", AZURE),
        (
            "https://acme.visualstudio.com/Web/_git/shop",
            Forge(kind="azure", web="https://acme.visualstudio.com/Web/_git/shop"),
        ),
    ],
)
def test_a_remote_leads_to_its_forge(url: str, expected: Forge) -> None:
    assert detect(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/shop.git",
        "../shop",
        "C:\\git\\shop",
        "file:///srv/git/shop.git",
        "git@git.example.org:acme/shop.git",
        "javascript:alert(1)//github.com/acme/shop",
        "https://github.com/acme",
        "https://github.com/acme/shop/tree/main",
        "https://github.com/acme/../shop",
        "https://github.com/acme/%2e%2e",
        "https://github.com/acme/shop\nhttps://evil.example",
        "https://github.com/acme/shop%0a",
        "https://github.com/acme/shop\x1b[31m",
        "https://gitlab .example/a/b",
        "https://gitlab<script>/a/b",
        "https://-gitlab.example/a/b",
        "git@ssh.dev.azure.com:v3/acme/shop",
        "ext::sh -c gitlab:acme/shop",
    ],
)
def test_what_is_no_known_forge_has_no_links(url: str) -> None:
    assert detect(url) is None


def test_the_kind_can_be_told_where_the_host_does_not_tell_it() -> None:
    assert detect("git@git.example.org:acme/shop.git", "gitea") == Forge(
        kind="gitea", web="https://git.example.org/acme/shop"
    )


def test_markup_in_a_path_is_encoded() -> None:
    assert detect("git@github.com:a)[x](y/<b>`\"'.git") == Forge(
        kind="github", web="https://github.com/a%29%5Bx%5D%28y/%3Cb%3E%60%22%27"
    )


@given(
    st.text(max_size=40), st.sampled_from(["https://gitlab.com/", "git@github.com:", "ssh://x@gitlab.a/", ""])
)
def test_every_link_is_plain_http(tail: str, head: str) -> None:
    forge = detect(head + tail)
    if forge is not None:
        url = commit_url(forge, ID)
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}
        assert "@" not in parts.netloc
        assert url.isascii()
        assert not set(url) & set(" <>\"'`()[]\\\n\r\t")


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        (
            GITHUB,
            [
                f"https://github.com/acme/shop/commit/{ID}",
                "https://github.com/acme/shop/issues/7",
                "https://github.com/acme/shop/pull/12",
                "https://github.com/acme/shop/compare/v1.4.2...v1.4.3",
                "https://github.com/acme/shop/releases/tag/v1.4.3",
                "https://github.com/acme/shop/compare/release/1.4...hotfix/1.4.3?expand=1",
            ],
        ),
        (
            GITLAB,
            [
                f"https://gitlab.example.org/a/b/shop/-/commit/{ID}",
                "https://gitlab.example.org/a/b/shop/-/issues/7",
                "https://gitlab.example.org/a/b/shop/-/merge_requests/12",
                "https://gitlab.example.org/a/b/shop/-/compare/v1.4.2...v1.4.3",
                "https://gitlab.example.org/a/b/shop/-/releases/v1.4.3",
                (
                    "https://gitlab.example.org/a/b/shop/-/merge_requests/new?merge_request%5Bsource_branch%5D="
                    "hotfix%2F1.4.3&merge_request%5Btarget_branch%5D=release%2F1.4"
                ),
            ],
        ),
        (
            BITBUCKET,
            [
                f"https://bitbucket.org/acme/shop/commits/{ID}",
                "https://bitbucket.org/acme/shop/issues/7",
                "https://bitbucket.org/acme/shop/pull-requests/12",
                "https://bitbucket.org/acme/shop/branches/compare/v1.4.3%0Dv1.4.2",
                "https://bitbucket.org/acme/shop/src/v1.4.3",
                "https://bitbucket.org/acme/shop/pull-requests/new?source=hotfix%2F1.4.3&dest=release%2F1.4",
            ],
        ),
        (
            GITEA,
            [
                f"https://codeberg.org/acme/shop/commit/{ID}",
                "https://codeberg.org/acme/shop/issues/7",
                "https://codeberg.org/acme/shop/pulls/12",
                "https://codeberg.org/acme/shop/compare/v1.4.2...v1.4.3",
                "https://codeberg.org/acme/shop/releases/tag/v1.4.3",
                "https://codeberg.org/acme/shop/compare/release/1.4...hotfix/1.4.3",
            ],
        ),
        (
            AZURE,
            [
                f"https://dev.azure.com/acme/My%20Shop/_git/shop/commit/{ID}",
                "https://dev.azure.com/acme/My%20Shop/_workitems/edit/7",
                "https://dev.azure.com/acme/My%20Shop/_git/shop/pullrequest/12",
                "https://dev.azure.com/acme/My%20Shop/_git/shop/branchCompare?baseVersion=GTv1.4.2&targetVersion=GTv1.4.3",
                "https://dev.azure.com/acme/My%20Shop/_git/shop?version=GTv1.4.3",
                (
                    "https://dev.azure.com/acme/My%20Shop/_git/shop/pullrequestcreate?sourceRef=hotfix%2F1.4.3"
                    "&targetRef=release%2F1.4"
                ),
            ],
        ),
    ],
    ids=["github", "gitlab", "bitbucket", "gitea", "azure"],
)
def test_every_forge_has_its_own_addresses(forge: Forge, expected: list[str]) -> None:
    assert expected == [
        commit_url(forge, ID),
        issue_url(forge, 7),
        change_url(forge, 12),
        compare_url(forge, "v1.4.2", "v1.4.3"),
        tag_url(forge, "v1.4.3"),
        new_change_url(forge, branch="hotfix/1.4.3", onto="release/1.4"),
    ]


@pytest.mark.parametrize(
    ("forge", "reference", "expected"),
    [
        (GITHUB, "#7", "https://github.com/acme/shop/issues/7"),
        (GITHUB, "lib/core#7", "https://github.com/lib/core/issues/7"),
        (GITLAB, "!12", "https://gitlab.example.org/a/b/shop/-/merge_requests/12"),
        (GITLAB, "x/y/z#7", "https://gitlab.example.org/x/y/z/-/issues/7"),
        (GITHUB, "PROJ-1", None),
        (GITHUB, "../..#7", None),
        (GITHUB, "a/b/c#7", None),
        (AZURE, "lib/core#7", None),
    ],
)
def test_references_as_messages_write_them(forge: Forge, reference: str, expected: str | None) -> None:
    assert reference_url(forge, reference) == expected


def test_the_command_for_a_release_page() -> None:
    made = [
        release_page_command(forge, tag="v1.4.3", title="Release 1.4.3", notes_file="notes.md", newest=False)
        for forge in (GITHUB, GITLAB, BITBUCKET, GITEA, AZURE)
    ]
    assert [" ".join(words) for words in made] == [
        (
            "gh release create v1.4.3 --verify-tag --repo=github.com/acme/shop --title=Release 1.4.3"
            " --notes-file=notes.md --latest=false"
        ),
        (
            "glab release create v1.4.3 --repo=https://gitlab.example.org/a/b/shop --name=Release 1.4.3"
            " --notes-file=notes.md"
        ),
        "",
        "tea releases create --tag=v1.4.3 --title=Release 1.4.3 --note-file=notes.md",
        "",
    ]


def test_a_tag_that_could_be_an_option_makes_no_command() -> None:
    assert release_page_command(GITHUB, tag="--web", title="x", notes_file="n") == ()
