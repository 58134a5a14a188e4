"""A release as a value to text: Markdown by a template, or plain text for a tag's message."""

from relman.model.changelog import Entry, Release
from relman.model.forge import Forge, change_url, commit_url, compare_url, reference_url, tag_url
from relman.notes.text import markdown, one_line

BUILT_IN = "keepachangelog.md.j2"
SHORT_ID = 7

Json = dict[str, object]


def release_context(release: Release, forge: Forge | None) -> Json:
    """Gives one item of `releases` in `relman/changelog/v1`.

    Every text is one line without control characters, otherwise as the message has it; nothing is escaped.
    Every `url` is None where the forge is unknown.
    """
    tag = release.tag
    new = tag or release.commit
    compared = forge and new and release.previous_tag
    return {
        "version": release.version,
        "tag": tag,
        "commit": release.commit,
        "date": release.date,
        "previous_tag": release.previous_tag,
        "compare_url": compare_url(forge, release.previous_tag, new) if compared else None,  # type: ignore[arg-type]
        "tag_url": tag_url(forge, tag) if forge and tag else None,
        "withdrawn": None if release.withdrawn is None else one_line(release.withdrawn),
        "sections": [
            {"title": section.title, "entries": [_entry(entry, forge) for entry in section.entries]}
            for section in release.sections
        ],
        "contributors": [one_line(name) for name in release.contributors],
    }


def render(
    release: Release, *, forge: Forge | None, template: str | None = None, name: str = BUILT_IN
) -> str:
    """Renders a release by a template, the built-in one when none is given; `name` is what errors call it.

    The template sees the keys of `release_context` as its variables, texts made safe for Markdown. It may
    come from anybody: it runs in a sandbox, bounded in work and output. Its mistakes are errors of usage that
    name the template and the line.
    """
    if template is None:
        return _built_in(release, forge)
    from relman.notes import sandbox

    variables = {key: _safe(value) for key, value in release_context(release, forge).items()}
    return sandbox.render(template, name, variables)


def _built_in(release: Release, forge: Forge | None) -> str:
    """Writes, letter for letter, what the built-in template does, in a tenth of its time: it needs no sandbox."""
    new = release.tag or release.commit
    url = compare_url(forge, release.previous_tag, new) if forge and new and release.previous_tag else None
    url = url or (tag_url(forge, release.tag) if forge and release.tag else None)
    heading = f"## [{_words(release.version or '') or 'Unreleased'}]{f'({url})' if url else ''}"
    date, withdrawn = _words(release.date or ""), _words(release.withdrawn or "")
    done = [f"{heading}{f' - {date}' if date else ''}{' [YANKED]' if withdrawn else ''}\n"]
    if withdrawn:
        done.append(f"\nWithdrawn: {withdrawn}\n")
    for section in release.sections:
        done.append(f"\n### {markdown(section.title)}\n\n")
        for entry in section.entries:
            scope = _words(entry.scope or "")
            links = ", ".join(
                f"[{markdown(text)}]({url})" if url else markdown(text) for text, url in _links(entry, forge)
            )
            also = f", also in {', '.join(map(markdown, entry.also_in))}" if entry.also_in else ""
            done.append(f"- {f'**{scope}:** ' if scope else ''}{_words(entry.description)} ({links}){also}\n")
            done += (f"  - {_words(note)}\n" for note in entry.breaking_notes)
    if len(release.contributors) > 1:
        done.append(f"\nContributors: {', '.join(map(_words, release.contributors))}\n")
    return "".join(done)


def _words(text: str) -> str:
    return markdown(one_line(text))


def plain(release: Release) -> str:
    """Renders a release without markup or heading, for the message of a tag; ends in one newline."""
    blocks: list[list[str]] = []
    if release.withdrawn:
        blocks.append([f"Withdrawn: {one_line(release.withdrawn)}"])
    blocks += (
        [one_line(section.title), *(line for entry in section.entries for line in _plain_entry(entry))]
        for section in release.sections
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _plain_entry(entry: Entry) -> list[str]:
    scope = f"{one_line(entry.scope)}: " if entry.scope else ""
    links = ", ".join(text for text, _ in _links(entry, None))
    also = f", also in {', '.join(entry.also_in)}" if entry.also_in else ""
    notes = [f"  {one_line(note)}" for note in entry.breaking_notes]
    return [f"- {scope}{one_line(entry.description)} ({links}){also}", *notes]


def _entry(entry: Entry, forge: Forge | None) -> Json:
    request = entry.pull_request
    return {
        "commit": entry.commit,
        "short": entry.commit[:SHORT_ID],
        "commit_url": commit_url(forge, entry.commit) if forge else None,
        "type": entry.type,
        "scope": None if entry.scope is None else one_line(entry.scope),
        "description": one_line(entry.description),
        "subject": one_line(entry.subject),
        "breaking": entry.breaking,
        "breaking_notes": [one_line(note) for note in entry.breaking_notes],
        "authors": [one_line(name) for name in entry.authors],
        "references": [one_line(reference) for reference in entry.references],
        "pull_request": request,
        "pull_request_url": change_url(forge, request) if forge and request is not None else None,
        "also_in": list(entry.also_in),
        "links": [{"text": text, "url": url} for text, url in _links(entry, forge)],
    }


def _links(entry: Entry, forge: Forge | None) -> list[tuple[str, str | None]]:
    """The change request, the issues and the commit, in the order in which they are shown."""
    links: list[tuple[str, str | None]] = []
    if entry.pull_request is not None:
        mark = "!" if forge and forge.kind in {"gitlab", "azure"} else "#"
        url = change_url(forge, entry.pull_request) if forge else None
        links.append((f"{mark}{entry.pull_request}", url))
    for reference in entry.references:
        text = one_line(reference)
        links.append((text, reference_url(forge, text) if forge else None))
    links.append((entry.commit[:SHORT_ID], commit_url(forge, entry.commit) if forge else None))
    return links


def _safe(value: object) -> object:
    """Makes every text below safe for Markdown; addresses have nothing in them that would change."""
    match value:
        case str():
            return markdown(value)
        case list():
            return [_safe(item) for item in value]
        case dict():
            return {key: _safe(item) for key, item in value.items()}
        case _:
            return value
