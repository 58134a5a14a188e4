import json

from relman.model.finding import Check, Finding, failed
from relman.render.findings import findings_text, summary

HOSTILE = "\x1b[31m::error::x\n##[add-mask]y"
FOUND = (
    Finding(
        rule="type-case",
        level="error",
        where="1a2b3c4 Feat: x",
        message="the type Feat is not in lower case",
        hint="write feat",
        line=1,
    ),
    Finding(rule="header-trim", level="warning", where="1a2b3c4 Feat: x", message="100% wrong", line=1),
    Finding(rule="own", level="error", where="a,b: c", message=HOSTILE, path="a,b.py", line=7),
)
CHECKS = (Check(what="2 commits of a..b", findings=FOUND[:2]), Check(what="b", findings=FOUND[2:]))


def test_people_see_each_thing_once_with_what_is_wrong_below_it() -> None:
    assert findings_text(CHECKS, "text").splitlines() == [
        "1a2b3c4 Feat: x",
        "  error    line 1: the type Feat is not in lower case [type-case]",
        "           write feat",
        "  warning  line 1: 100% wrong [header-trim]",
        "a,b: c",
        "  error    a,b.py:7: �[31m::error::x ##[add-mask]y [own]",
    ]
    assert summary(CHECKS) == "checked 2 commits of a..b and b: 2 errors, 1 warning"


def test_github_gets_workflow_commands_that_no_message_can_add_to() -> None:
    assert findings_text(CHECKS, "github").splitlines() == [
        "::error title=relman%3A type-case::1a2b3c4 Feat: x, line 1: the type Feat is not in lower case (write feat)",
        "::warning title=relman%3A header-trim::1a2b3c4 Feat: x, line 1: 100%25 wrong",
        "::error file=a%2Cb.py,line=7,title=relman%3A own::a,b: c: �[31m::error::x ## [add-mask]y",
    ]


def test_gitlab_gets_a_report_with_stable_distinct_fingerprints() -> None:
    report = json.loads(findings_text(CHECKS, "gitlab"))
    assert [(r["check_name"], r["severity"], r["location"]) for r in report] == [
        ("type-case", "major", {"path": "1a2b3c4 Feat: x", "lines": {"begin": 1}}),
        ("header-trim", "minor", {"path": "1a2b3c4 Feat: x", "lines": {"begin": 1}}),
        ("own", "major", {"path": "a,b.py", "lines": {"begin": 7}}),
    ]
    assert len({r["fingerprint"] for r in report}) == 3
    assert report == json.loads(findings_text(CHECKS, "gitlab"))


def test_sarif_names_files_where_there_are_any_and_else_the_thing() -> None:
    run = json.loads(findings_text(CHECKS, "sarif"))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["type-case", "header-trim", "own"]
    assert [result["locations"][0] for result in run["results"]][1:] == [
        {"logicalLocations": [{"fullyQualifiedName": "1a2b3c4 Feat: x"}]},
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a,b.py"},
                "region": {"startLine": 7},
            }
        },
    ]


def test_warnings_alone_are_no_failure() -> None:
    assert failed(CHECKS)
    assert not failed([Check(what="x", findings=FOUND[1:2])])
    assert summary([Check(what="x", findings=())]) == "checked x: nothing found"
