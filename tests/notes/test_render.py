"""A release to text: whole outputs, hostile messages, hostile templates."""
# ruff: noqa: E501  (snapshots hold whole outputs)

import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from msgspec import structs

from relman.errors import Kind, RelmanError
from relman.model.changelog import Entry, Release, Section
from relman.model.forge import Forge, ForgeKind
from relman.model.names import Oid
from relman.notes.render import BUILT_IN, plain, release_context, render
from relman.notes.text import markdown, one_line

FORGE = Forge(kind="github", web="https://github.com/acme/shop")
FIX = Entry(
    commit=Oid("3f1c9ab" + "0" * 33),
    type="fix",
    scope="auth",
    description="token expiry",
    authors=("Ann Lee",),
    references=("#7", "PROJ-1"),
    pull_request=123,
    also_in=("1.3.9",),
    subject="fix(auth): token expiry (#123)",
)
BREAK = Entry(
    commit=Oid("8be01d2" + "0" * 33),
    type="feat",
    scope=None,
    description="drop the old door",
    breaking=True,
    breaking_notes=("use the\nnew door",),
    authors=("Ben Ode",),
    subject="feat!: drop the old door",
)
TEMPLATE = (files("relman.notes") / "templates" / BUILT_IN).read_text(encoding="utf-8")
"""To begin one's own with: it writes what the code writes faster."""
RELEASE = Release(
    version="1.4.3",
    tag="v1.4.3",
    commit=Oid("a" * 40),
    date="2026-11-23",
    previous_tag="v1.4.2",
    sections=(
        Section(title="Breaking changes", entries=(BREAK,)),
        Section(title="Bug fixes", entries=(FIX, BREAK)),
    ),
    contributors=("Ann Lee", "Ben Ode"),
)


def test_the_built_in_template_with_links() -> None:
    assert render(RELEASE, forge=FORGE) == snapshot("""\
## [1.4.3](https://github.com/acme/shop/compare/v1.4.2...v1.4.3) - 2026-11-23

### Breaking changes

- drop the old door ([8be01d2](https://github.com/acme/shop/commit/8be01d2000000000000000000000000000000000))
  - use the new door

### Bug fixes

- **auth:** token expiry ([#123](https://github.com/acme/shop/pull/123), [#7](https://github.com/acme/shop/issues/7), PROJ-1, [3f1c9ab](https://github.com/acme/shop/commit/3f1c9ab000000000000000000000000000000000)), also in 1.3.9
- drop the old door ([8be01d2](https://github.com/acme/shop/commit/8be01d2000000000000000000000000000000000))
  - use the new door

Contributors: Ann Lee, Ben Ode
""")


def test_the_built_in_template_without_a_forge() -> None:
    assert render(RELEASE, forge=None) == snapshot("""\
## [1.4.3] - 2026-11-23

### Breaking changes

- drop the old door (8be01d2)
  - use the new door

### Bug fixes

- **auth:** token expiry (#123, #7, PROJ-1, 3f1c9ab), also in 1.3.9
- drop the old door (8be01d2)
  - use the new door

Contributors: Ann Lee, Ben Ode
""")


def test_unreleased_work_is_compared_with_its_tip() -> None:
    unreleased = structs.replace(
        RELEASE, version=None, tag=None, date=None, sections=(), contributors=("Ann",)
    )
    assert render(unreleased, forge=FORGE) == snapshot(
        "## [Unreleased](https://github.com/acme/shop/compare/v1.4.2...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)\n"
    )


def test_a_first_release_leads_to_its_own_page_and_a_withdrawn_one_says_so() -> None:
    first = structs.replace(
        RELEASE, previous_tag=None, sections=(), withdrawn="loses\nmails", contributors=()
    )
    assert render(first, forge=FORGE) == snapshot("""\
## [1.4.3](https://github.com/acme/shop/releases/tag/v1.4.3) - 2026-11-23 [YANKED]

Withdrawn: loses mails
""")


TEXT = st.text(alphabet="ab `<>@[]()#-_*=.&;\\\n\x1b\u202e1", max_size=12)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
ENTRIES = st.builds(
    Entry,
    commit=st.just(Oid("3f1c9ab" + "0" * 33)),
    type=st.none(),
    scope=st.none() | TEXT,
    description=TEXT,
    breaking_notes=TEXTS,
    references=st.lists(TEXT | st.sampled_from(["#7", "!8", "PROJ-1", "a/b#9"]), max_size=2).map(tuple),
    pull_request=st.none() | st.integers(0, 999),
    also_in=TEXTS,
)
RELEASES = st.builds(
    Release,
    version=st.none() | st.sampled_from(["1.4.3", "2.0.0-rc.1"]),
    tag=st.none() | TEXT,
    commit=st.none() | st.just(Oid("a" * 40)),
    date=st.none() | st.just("2026-11-23"),
    previous_tag=st.none() | TEXT,
    sections=st.lists(
        st.builds(Section, title=TEXT, entries=st.lists(ENTRIES, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    contributors=st.lists(TEXT, max_size=3).map(tuple),
    withdrawn=st.none() | TEXT,
)
KINDS: tuple[ForgeKind, ...] = ("github", "gitlab", "bitbucket", "gitea", "azure")
FORGES = st.none() | st.sampled_from(
    [Forge(kind=kind, web="https://forge.example/acme/_git/shop") for kind in KINDS]
)


@given(RELEASES, FORGES)
def test_the_built_in_template_and_its_fast_way_write_the_same(release: Release, forge: Forge | None) -> None:
    assert render(release, forge=forge) == render(release, forge=forge, template=TEMPLATE)


def test_plain_text_for_a_tag() -> None:
    assert plain(structs.replace(RELEASE, withdrawn="loses mails")) == snapshot("""\
Withdrawn: loses mails

Breaking changes
- drop the old door (8be01d2)
  use the new door

Bug fixes
- auth: token expiry (#123, #7, PROJ-1, 3f1c9ab), also in 1.3.9
- drop the old door (8be01d2)
  use the new door
""")


def test_the_context_is_what_json_shows() -> None:
    release = structs.replace(RELEASE, sections=(Section(title="Bug fixes", entries=(FIX,)),))
    assert release_context(release, FORGE) == snapshot(
        {
            "version": "1.4.3",
            "tag": "v1.4.3",
            "commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "date": "2026-11-23",
            "previous_tag": "v1.4.2",
            "compare_url": "https://github.com/acme/shop/compare/v1.4.2...v1.4.3",
            "tag_url": "https://github.com/acme/shop/releases/tag/v1.4.3",
            "withdrawn": None,
            "sections": [
                {
                    "title": "Bug fixes",
                    "entries": [
                        {
                            "commit": "3f1c9ab000000000000000000000000000000000",
                            "short": "3f1c9ab",
                            "commit_url": "https://github.com/acme/shop/commit/3f1c9ab000000000000000000000000000000000",
                            "type": "fix",
                            "scope": "auth",
                            "description": "token expiry",
                            "subject": "fix(auth): token expiry (#123)",
                            "breaking": False,
                            "breaking_notes": [],
                            "authors": ["Ann Lee"],
                            "references": ["#7", "PROJ-1"],
                            "pull_request": 123,
                            "pull_request_url": "https://github.com/acme/shop/pull/123",
                            "also_in": ["1.3.9"],
                            "links": [
                                {"text": "#123", "url": "https://github.com/acme/shop/pull/123"},
                                {"text": "#7", "url": "https://github.com/acme/shop/issues/7"},
                                {"text": "PROJ-1", "url": None},
                                {
                                    "text": "3f1c9ab",
                                    "url": "https://github.com/acme/shop/commit/3f1c9ab000000000000000000000000000000000",
                                },
                            ],
                        }
                    ],
                }
            ],
            "contributors": ["Ann Lee", "Ben Ode"],
        }
    )


def test_a_merge_request_has_its_own_mark() -> None:
    forge = Forge(kind="gitlab", web="https://gitlab.com/acme/shop")
    release = structs.replace(RELEASE, sections=(Section(title="Bug fixes", entries=(FIX,)),))
    text = render(release, forge=forge, template="{{ sections[0].entries[0].links[0].text }}")
    assert text == "!123"


HOSTILE = Entry(
    commit=Oid("c" * 40),
    type=None,
    scope="`",
    description="# {{ 7 * 7 }} {% raw %}<img src=x onerror=y>\x1b[31m\r\n## [9.9.9]\x07 `<b>` ![a](http://e/x) @everyone",
    breaking_notes=("- \u202e<!-- a ` <script>x</script> `` b",),
    authors=("<b>Eve</b>",),
    references=("[x](javascript:y)",),
    subject="hostile",
)


def test_a_hostile_message_stays_words() -> None:
    release = structs.replace(
        RELEASE, sections=(Section(title="Changes", entries=(HOSTILE,)),), contributors=("A", "<b>Eve</b>")
    )
    assert render(release, forge=FORGE) == snapshot("""\
## [1.4.3](https://github.com/acme/shop/compare/v1.4.2...v1.4.3) - 2026-11-23

### Changes

- **\\`:** \\# {{ 7 * 7 }} {% raw %}&lt;img src=x onerror=y> ## [9.9.9] `<b>` ![a\\](http://e/x) `@everyone` ([x\\](javascript:y), [ccccccc](https://github.com/acme/shop/commit/cccccccccccccccccccccccccccccccccccccccc))
  - \\- &lt;!-- a \\` &lt;script>x&lt;/script> \\`\\` b

Contributors: A, &lt;b>Eve&lt;/b>
""")
    assert plain(release) == snapshot("""\
Changes
- `: # {{ 7 * 7 }} {% raw %}<img src=x onerror=y> ## [9.9.9] `<b>` ![a](http://e/x) @everyone ([x](javascript:y), ccccccc)
  - <!-- a ` <script>x</script> `` b
""")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words: a < b && c > d", "plain words: a < b && c > d"),
        ("Vec<T> and `Vec<T>`", "Vec&lt;T> and `Vec<T>`"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("one ` tick <b>", "one \\` tick &lt;b>"),
        ("\\` <b> `", "\\\\` <b> `"),
        ("`` a ` b `` <i>", "`` a ` b `` &lt;i>"),
        ("[x](y) [x][y] [x]: y [ok]", "[x\\](y) [x\\][y] [x\\]: y [ok]"),
        ("ask @ann, not a@b.org or @types/node", "ask `@ann`, not a@b.org or `@types/node`"),
        ("# a", "\\# a"),
        ("#12 is no heading", "#12 is no heading"),
        ("- a", "\\- a"),
        ("1. a", "1\\. a"),
        ("1.4.3 is out", "1.4.3 is out"),
        ("> a", "\\> a"),
        ("---", "\\---"),
        ("--flag is new", "--flag is new"),
    ],
)
def test_words_in_markdown(text: str, expected: str) -> None:
    assert markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\tb \r\n c", "a b c"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://e\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended", "0;never ended"),
        ("a\x00b\x9b31mc\u202ed\ufeff\u200be", "abcde"),
        ("a\u2028b\x85c", "a b c"),
        ("bad \ud800 half", "bad \ufffd half"),
    ],
)
def test_one_line_of_visible_text(text: str, expected: str) -> None:
    assert one_line(text) == expected


@given(st.text(alphabet="`<b>\\@[]()#-\n\x1b a", max_size=30), st.text(alphabet="`<b>\\ ", max_size=20))
def test_no_tag_opens_outside_of_code(one: str, two: str) -> None:
    # the joint text is read as Markdown reads it: a code span ends at the next run of as many backticks
    text = f"{markdown(one_line(one))} {markdown(one_line(two))}"
    outside, at = "", 0
    while at < len(text):
        if text[at] == "\\":
            outside, at = outside + " ", at + 2
            continue
        if text[at] != "`":
            outside, at = outside + text[at], at + 1
            continue
        run = len(text) - at - len(text[at:].lstrip("`"))
        end = at + run
        while end < len(text) and not (
            text.startswith("`" * run, end)
            and text[end - 1] != "`"
            and text[end + run : end + run + 1] != "`"
        ):
            end += 1
        assert end < len(text), "every opened code span is closed"
        outside, at = outside + " ", end + run
    assert "<b" not in outside
    assert "](" not in outside


MISTAKES = {
    "{{ ''.__class__.__mro__ }}": snapshot(
        "the template notes.j2, line 1: access to attribute '__class__' of 'str' object is unsafe."
    ),
    "{{ ''['__class__'] }}": snapshot(
        "the template notes.j2, line 1: access to attribute '__class__' of 'str' object is unsafe."
    ),
    "{{ 'x'.format(1) }}": snapshot(
        "the template notes.j2, line 1: access to attribute 'format' of 'str' object is unsafe."
    ),
    "{{ sections|map(attribute='__class__')|list|length }}{{ sections[0]|attr('x') }}": snapshot(
        "the template notes.j2, line 1: No filter named 'attr'."
    ),
    "{{ range.__globals__ }}": snapshot(
        "the template notes.j2, line 1: access to attribute '__globals__' of 'method' object is unsafe."
    ),
    "{{ self._TemplateReference__context }}": snapshot(
        "the template notes.j2, line 1: access to attribute '_TemplateReference__context' of 'TemplateReference' object is unsafe."
    ),
    "{{ namespace.__init__.__globals__ }}": snapshot(
        "the template notes.j2, line 1: access to attribute '__init__' of 'type' object is unsafe."
    ),
    "{{ cycler }}": snapshot("the template notes.j2, line 1: 'cycler' is undefined"),
    "{{ range }}": snapshot(
        "the template notes.j2, line 1: a value of type method is no text; use join or tojson"
    ),
    "{{ sections }}": snapshot(
        "the template notes.j2, line 1: a value of type list is no text; use join or tojson"
    ),
    "{{ sections.append(1) }}": snapshot(
        "the template notes.j2, line 1: access to attribute 'append' of 'list' object is unsafe."
    ),
    "{% include '/etc/passwd' %}": snapshot(
        "the template notes.j2, line 1: a template stands alone: it cannot include, import or extend another"
    ),
    "{% extends 'other' %}": snapshot(
        "the template notes.j2, line 1: a template stands alone: it cannot include, import or extend another"
    ),
    "{% macro f() %}{{ varargs }}{% endmacro %}": snapshot(
        "the template notes.j2, line 1: varargs cannot be used here"
    ),
    "\n\n{{ nope }}": snapshot("the template notes.j2, line 3: 'nope' is undefined"),
    "\n{% if %}": snapshot(
        "the template notes.j2, line 2: Expected an expression, got 'end of statement block'"
    ),
    "\n{{ 1 / 0 }}": snapshot("the template notes.j2, line 2: division by zero"),
}
BOMBS = {
    "{{ 'x' * 10000000000 }}": snapshot("the template notes.j2, line 1: a value is longer than 1048576"),
    "{{ 9 ** 9 ** 9 }}": snapshot("the template notes.j2, line 1: the operator ** cannot be used here"),
    "{{ '%09999999999d' % 1 }}": snapshot(
        "the template notes.j2, line 1: the operator % cannot be used here"
    ),
    "{{ 'a'|center(9999999999) }}": snapshot("the template notes.j2, line 1: No filter named 'center'."),
    "{{ range(1000000000)|list }}": snapshot("the template notes.j2, line 1: a range is longer than 10000"),
    "{{ (range(9999)|join('x' * 1000))|length }}": snapshot(
        "the template notes.j2, line 1: a value is longer than 1048576"
    ),
    "{{ ('x' * 1000000)|replace('x', 'y' * 1000000) }}": snapshot(
        "the template notes.j2, line 1: a value is longer than 1048576"
    ),
    "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}": snapshot(
        "the template notes.j2, line 1: it does too much; loops and texts are bounded"
    ),
    "{% set x %}{% for i in range(9999) %}" + "y" * 9999 + "{% endfor %}{% endset %}": snapshot(
        "the template notes.j2, line 1: it does too much; loops and texts are bounded"
    ),
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}": snapshot(
        "the template notes.j2, line 1: it is nested too deeply, or calls itself without end"
    ),
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(99) }}": snapshot(
        "the template notes.j2, line 1: it does too much; loops and texts are bounded"
    ),
    "{% set x = 'xxxx' %}" + "{% set x = x ~ x %}" * 40: snapshot(
        "the template notes.j2, line 1: a value is longer than 1048576"
    ),
    "{% set x = 'xxxx' %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40: snapshot(
        "the template notes.j2, line 1: it does too much; loops and texts are bounded"
    ),
    "{% set x = [1] %}" + "{% set x = [x, x] %}" * 40: snapshot(
        "the template notes.j2, line 1: a value of type list is no text; use join or tojson"
    ),
    "{{ (sections * 9999)|tojson|length }}": snapshot(
        "the template notes.j2, line 1: a value is longer than 1048576"
    ),
    "{% set x = '\"' %}{{ x" + "|tojson" * 40 + "}}": snapshot(
        "the template notes.j2, line 1: a value is longer than 1048576"
    ),
    "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}": snapshot(
        "the template notes.j2, line 1: a loop cannot be recursive"
    ),
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}": snapshot(
        "the template notes.j2: it is nested too deeply, or calls itself without end"
    ),
}


@pytest.mark.parametrize("template", [*MISTAKES, *BOMBS], ids=lambda template: template[:40])
def test_a_bad_template_is_an_error_that_names_its_line(template: str) -> None:
    with pytest.raises(RelmanError) as caught:
        render(RELEASE, forge=FORGE, template=template, name="notes.j2")
    assert (caught.value.kind, caught.value.hints) == (Kind.USAGE, ("relman changelog --context",))
    assert caught.value.message == (MISTAKES | BOMBS)[template]


def test_a_template_has_a_length() -> None:
    with pytest.raises(RelmanError, match=r"the template notes\.j2 is longer than 65536 characters"):
        render(RELEASE, forge=FORGE, template=" " * 70000, name="notes.j2")


def test_a_template_of_ones_own() -> None:
    template = (
        "{{ version }}{% for section in sections %}\n"
        "{{ loop.index }}. {{ section.title|upper }}: "
        "{{ section.entries|map(attribute='description')|map('replace', 'o', '0')|join('; ') }}"
        "{% endfor %}\n{{ 'a' ~ 1 ~ none }}{{ ['b', 'c']|join }}{{ 'd\ne'|indent(2) }}{{ none }}"
        "{% for key, title in sections[0].items() if key == 'title' %}{{ [key, title]|tojson }}{% endfor %}"
    )
    assert render(RELEASE, forge=FORGE, template=template, name="own.j2") == snapshot("""\
1.4.31. BREAKING CHANGES: dr0p the 0ld d00r2. BUG FIXES: t0ken expiry; dr0p the 0ld d00ra1Nonebcd
  e["title", "Breaking changes"]\
""")


def test_a_long_history_is_within_the_bounds() -> None:
    entries = tuple(structs.replace(FIX, commit=Oid(f"{n:040x}")) for n in range(3000))
    text = render(
        structs.replace(RELEASE, sections=(Section(title="Bug fixes", entries=entries),)), forge=FORGE
    )
    assert text.count("\n- **auth:** token expiry") == 3000


def test_the_same_release_gives_the_same_bytes() -> None:
    assert render(RELEASE, forge=FORGE) == render(RELEASE, forge=FORGE, template=TEMPLATE)


def test_jinja2_is_loaded_only_to_render() -> None:
    code = "import sys, relman.notes.render; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
