"""Forges: which one a remote URL leads to, and its web pages for commits, issues, change requests and tags.

A remote URL is whatever somebody typed: it may hold a password, a port of ssh, or an attack. What comes out
is an `http` or `https` address in plain ASCII whose every part is percent-encoded, or nothing.
"""

import re
from typing import Literal, assert_never
from urllib.parse import quote, unquote

from msgspec import Struct

from relman.model.names import Oid, is_branch_name, is_oid

ForgeKind = Literal["github", "gitlab", "bitbucket", "gitea", "azure"]


class Forge(Struct, frozen=True, kw_only=True):
    """Where a repository lives on the web. `web` is its home page, without a slash at the end."""

    kind: ForgeKind
    web: str

    @property
    def host(self) -> str:
        """The host, with the port where one is named."""
        return self.web.split("/")[2]

    @property
    def path(self) -> str:
        """Owner and name, percent-encoded: `acme/shop`."""
        return self.web.split("/", 3)[3]


KNOWN_HOSTS: dict[str, ForgeKind] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
    "dev.azure.com": "azure",
}

_URL = re.compile(
    r"(?P<scheme>https?|ssh|git|git\+ssh|git\+https)://(?:[^/@]*@)*(?P<host>[^/:@]+)(?::(?P<port>\d{1,5}))?/(?P<path>.*)",
    re.IGNORECASE,
)
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[^/:@]{2,}):(?!//)(?P<path>.*)")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd\ud800-\udfff]")
_SSH_AZURE = frozenset({"ssh.dev.azure.com", "vs-ssh.visualstudio.com"})
_OWNER_AND_NAME = 2
_AZURE_SSH_PARTS = 4


def detect(url: str, kind: ForgeKind | None = None) -> Forge | None:
    """Finds the forge behind a remote URL (https, http, ssh, git, or `host:path` as scp writes it).

    `kind` names the software where the host does not tell. Without it an unknown host is GitLab where its
    name says so, else no forge. Credentials and ports of ssh are dropped; a port of the web stays.
    """
    match = _URL.fullmatch(url.strip()) or _SCP.fullmatch(url.strip())
    if match is None or _CONTROL.search(unquote(url)):
        return None
    parts = match.groupdict()
    host = parts["host"].lower()
    found = kind or _kind_of(host)
    if found is None or not _HOST.fullmatch(host):
        return None
    scheme = (parts.get("scheme") or "ssh").lower()
    decoded = parts["path"] if parts.get("scheme") is None else unquote(parts["path"])
    segments = decoded.strip("/").removesuffix(".git").strip("/").split("/")
    if found == "azure":
        host, segments = _azure(host, segments)
    if not _legal(found, segments):
        return None
    on_web = scheme in {"http", "https"}
    port = f":{parts['port']}" if on_web and parts.get("port") else ""
    # a forge that the world knows answers https, whatever old URL the clone still has
    web_scheme = "http" if scheme == "http" and host not in KNOWN_HOSTS else "https"
    return Forge(
        kind=found, web=f"{web_scheme}://{host}{port}/{'/'.join(quote(s, safe='') for s in segments)}"
    )


def commit_url(forge: Forge, commit: Oid) -> str:
    """The page of a commit."""
    match forge.kind:
        case "github" | "gitea" | "azure":
            return f"{forge.web}/commit/{_name(commit)}"
        case "gitlab":
            return f"{forge.web}/-/commit/{_name(commit)}"
        case "bitbucket":
            return f"{forge.web}/commits/{_name(commit)}"
    assert_never(forge.kind)


def issue_url(forge: Forge, number: int) -> str:
    """The page of an issue (in Azure DevOps, of a work item)."""
    match forge.kind:
        case "github" | "gitea" | "bitbucket":
            return f"{forge.web}/issues/{number:d}"
        case "gitlab":
            return f"{forge.web}/-/issues/{number:d}"
        case "azure":
            return f"{forge.web.partition('/_git/')[0]}/_workitems/edit/{number:d}"
    assert_never(forge.kind)


def change_url(forge: Forge, number: int) -> str:
    """The page of a change request: pull request or merge request."""
    match forge.kind:
        case "github":
            return f"{forge.web}/pull/{number:d}"
        case "gitlab":
            return f"{forge.web}/-/merge_requests/{number:d}"
        case "bitbucket":
            return f"{forge.web}/pull-requests/{number:d}"
        case "gitea":
            return f"{forge.web}/pulls/{number:d}"
        case "azure":
            return f"{forge.web}/pullrequest/{number:d}"
    assert_never(forge.kind)


def compare_url(forge: Forge, old: str, new: str) -> str:
    """The page that shows what `new` has over `old`; each is a tag or a full commit id."""
    match forge.kind:
        case "github" | "gitea":
            return f"{forge.web}/compare/{_name(old)}...{_name(new)}"
        case "gitlab":
            return f"{forge.web}/-/compare/{_name(old)}...{_name(new)}"
        case "bitbucket":
            return f"{forge.web}/branches/compare/{_name(new)}%0D{_name(old)}"
        case "azure":
            base, target = (("GC" if is_oid(name) else "GT") + quote(name, safe="") for name in (old, new))
            return f"{forge.web}/branchCompare?baseVersion={base}&targetVersion={target}"
    assert_never(forge.kind)


def tag_url(forge: Forge, tag: str) -> str:
    """The page of a tag, with the release's notes where the forge has such pages."""
    match forge.kind:
        case "github" | "gitea":
            return f"{forge.web}/releases/tag/{_name(tag)}"
        case "gitlab":
            return f"{forge.web}/-/releases/{quote(tag, safe='')}"
        case "bitbucket":
            return f"{forge.web}/src/{quote(tag, safe='')}"
        case "azure":
            return f"{forge.web}?version=GT{quote(tag, safe='')}"
    assert_never(forge.kind)


def new_change_url(forge: Forge, *, branch: str, onto: str) -> str:
    """The page on which a person opens a change request of `branch` onto `onto` (short branch names)."""
    source, target = quote(branch, safe=""), quote(onto, safe="")
    match forge.kind:
        case "github":
            return f"{forge.web}/compare/{_name(onto)}...{_name(branch)}?expand=1"
        case "gitlab":
            asked = f"merge_request%5Bsource_branch%5D={source}&merge_request%5Btarget_branch%5D={target}"
            return f"{forge.web}/-/merge_requests/new?{asked}"
        case "bitbucket":
            return f"{forge.web}/pull-requests/new?source={source}&dest={target}"
        case "gitea":
            return f"{forge.web}/compare/{_name(onto)}...{_name(branch)}"
        case "azure":
            return f"{forge.web}/pullrequestcreate?sourceRef={source}&targetRef={target}"
    assert_never(forge.kind)


def reference_url(forge: Forge, reference: str) -> str | None:
    """The page of a reference as messages write it: `#12`, `!34`, `acme/shop#12`; None for anything else."""
    match = re.fullmatch(r"(?P<other>[\w.-]+(?:/[\w.-]+)+)?(?P<mark>[#!])(?P<number>[0-9]{1,12})", reference)
    if match is None:
        return None
    where = forge
    if match["other"]:
        parts = match["other"].split("/")
        if forge.kind == "azure" or not _legal(forge.kind, parts):
            return None
        root = forge.web.removesuffix("/" + forge.path)
        where = Forge(kind=forge.kind, web=f"{root}/{'/'.join(quote(part, safe='') for part in parts)}")
    number = int(match["number"])
    return issue_url(where, number) if match["mark"] == "#" else change_url(where, number)


def release_page_command(
    forge: Forge, *, tag: str, title: str, notes_file: str, pre_release: bool = False, newest: bool = True
) -> tuple[str, ...]:
    """The forge's own command that makes a release page from a pushed tag; empty where there is none.

    `newest=False` keeps a hotfix of an old line from being shown as the latest release.
    """
    if not is_branch_name(tag):
        return ()
    match forge.kind:
        case "github":
            flags = ("--prerelease",) if pre_release else () if newest else ("--latest=false",)
            where = (f"--repo={forge.host}/{forge.path}", f"--title={title}", f"--notes-file={notes_file}")
            return ("gh", "release", "create", tag, "--verify-tag", *where, *flags)
        case "gitlab":
            named = (f"--repo={forge.web}", f"--name={title}", f"--notes-file={notes_file}")
            return ("glab", "release", "create", tag, *named)
        case "gitea":
            named = (f"--tag={tag}", f"--title={title}", f"--note-file={notes_file}")
            return ("tea", "releases", "create", *named, *(("--prerelease",) if pre_release else ()))
        case "bitbucket" | "azure":
            return ()
    assert_never(forge.kind)


def _kind_of(host: str) -> ForgeKind | None:
    if host in _SSH_AZURE or host.endswith(".visualstudio.com"):
        return "azure"
    return KNOWN_HOSTS.get(host) or ("gitlab" if "gitlab" in host else None)


def _azure(host: str, segments: list[str]) -> tuple[str, list[str]]:
    """Turns the paths of Azure's ssh, `v3/organisation/project/name`, into those of its web pages."""
    if host not in _SSH_AZURE:
        return host, segments
    if len(segments) != _AZURE_SSH_PARTS or segments[0] != "v3":
        return host, []
    _, organisation, project, name = segments
    return "dev.azure.com", [organisation, project, "_git", name]


def _legal(kind: ForgeKind, segments: list[str]) -> bool:
    if not segments or any(segment in {"", ".", ".."} or segment.isspace() for segment in segments):
        return False
    match kind:
        case "github" | "bitbucket":
            return len(segments) == _OWNER_AND_NAME
        case "gitlab" | "gitea":
            # GitLab nests groups, and either may be installed below a path
            return len(segments) >= _OWNER_AND_NAME
        case "azure":
            return "_git" in segments[:-1]
    assert_never(kind)


def _name(name: str) -> str:
    return quote(name, safe="/")
