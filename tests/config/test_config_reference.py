"""The record, the reference page, the schema and the model's own defaults say the same."""

import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo

import relman.config.schema
from relman.config import words
from relman.config.legal import CHECKS, MAP_KEYS
from relman.config.record import Config, Environment, Freeze, RoleChange, Section, StrategyChange
from relman.config.rules import bump_table, layout, lint_rules
from relman.config.schema import FILE, schema
from relman.edit.toggle import Toggle
from relman.edit.version_file import VersionFile
from relman.model.bump import DEFAULT_BUMPS, Bump
from relman.model.changelog import Layout
from relman.model.feature import Feature
from relman.model.message_rules import DEFAULT_LEVELS, LintRules
from relman.model.push_levels import LEVELS

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Gives table, dotted key, the row of the page, and what the page says about the table."""
    fields = msgspec.structs.fields(Config)
    for field in fields:
        if not isinstance(field.default, Struct):
            yield "", field.name, row(field, field.name), "Each of them may be left out."
    for field in fields:
        if isinstance(field.default, Struct):
            for key in msgspec.structs.fields(type(field.default)):
                dotted = f"{field.name}.{key.name}"
                yield field.name, dotted, row(key, dotted), said(field)


def said(field: FieldInfo) -> str:
    metas = (meta for meta in typing.get_args(field.type) if isinstance(meta, Meta))
    return next(meta.description for meta in metas if meta.description)


def row(field: FieldInfo, key: str) -> str:
    takes = words.legal(typing.get_args(field.type)[0])
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    default = "absent" if value is None else f"`{words.toml(msgspec.to_builtins(value))}`"
    return f"| `{key}` | {takes} | {default} | {said(field)} |"


def page_keys(heading: str) -> list[str]:
    _, _, rest = PAGE.read_text().partition(f"\n## {heading}\n")
    return re.findall(r"^\| `([^`]+)` \|", rest.partition("\n## ")[0], re.MULTILINE)


def test_the_page_has_exactly_the_rows_of_the_record() -> None:
    upper, _, _ = PAGE.read_text().partition("\n## `[strategy]`\n")
    documented = [line for line in upper.splitlines() if line.startswith("| `")]
    assert documented == [line for _, _, line, _ in rows()]


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("`[strategy]`", StrategyChange.__struct_fields__),
        ("`[strategy.roles.NAME]`", RoleChange.__struct_fields__),
        ("`[[versions.files]]`", VersionFile.__struct_fields__),
        ("`[[changelog.sections]]`", Section.__struct_fields__),
        ("`[[features]]`", Feature.__struct_fields__),
        ("`[[toggles]]`", Toggle.__struct_fields__),
        ("`[[environments]]`", Environment.__struct_fields__),
        ("`[messages.levels]`", tuple(DEFAULT_LEVELS)),
        ("`[hooks.levels]`", tuple(LEVELS)),
        ("`[[freeze]]`", tuple(field.encode_name for field in msgspec.structs.fields(Freeze))),
    ],
)
def test_the_page_has_every_key_of_a_row_and_every_rule(heading: str, keys: tuple[str, ...]) -> None:
    assert tuple(page_keys(heading)) == keys


def test_every_check_belongs_to_a_key() -> None:
    rest = {"changelog.sections[].title", "changelog.sections[].types", "versions.files[].path"}
    rest |= {f"freeze[].{field.encode_name}" for field in msgspec.structs.fields(Freeze)}
    rest |= {f"features[].{key}" for key in Feature.__struct_fields__}
    rest |= {f"toggles[].{key}" for key in Toggle.__struct_fields__}
    rest |= {f"environments[].{key}" for key in ("name", "branch", "tags")}
    keys = {key for _, key, _, _ in rows()} | rest
    assert {check.removesuffix("[]") for check in CHECKS} - keys == set()
    assert set(MAP_KEYS) - keys == set()


def test_the_shipped_schema_is_the_one_of_the_record() -> None:
    shipped = Path(relman.config.schema.__file__).with_name(FILE).read_bytes()
    assert shipped == schema()


def test_the_schema_refuses_keys_that_do_not_exist() -> None:
    document = json.loads(schema())
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {
        name: table["additionalProperties"] for name, table in document["$defs"].items()
    } == dict.fromkeys(document["$defs"], False)
    assert set(document["$defs"]["Config"]["properties"]) == set(Config.__struct_fields__)


def test_without_a_configuration_the_model_keeps_its_own_rules() -> None:
    config = Config()
    assert bump_table(config.versions) == DEFAULT_BUMPS
    assert lint_rules(config) == LintRules()
    assert layout(config) == Layout()


def test_bumps_change_the_standard_table_and_do_not_replace_it() -> None:
    config = msgspec.convert({"versions": {"bumps": {"docs": "patch", "perf": "none"}}}, Config)
    assert bump_table(config.versions) == {
        "feat": Bump.MINOR,
        "fix": Bump.PATCH,
        "perf": Bump.NONE,
        "revert": Bump.PATCH,
        "docs": Bump.PATCH,
    }


def test_every_setting_of_the_lint_and_of_the_notes_is_carried_over() -> None:
    messages = {
        "types": ["feat"],
        "type_case": "upper-case",
        "scopes": ["api"],
        "scope_required": True,
        "scope_case": ["kebab-case"],
        "subject_case": ["lower-case"],
        "subject_case_never": ["upper-case"],
        "subject_min": 3,
        "subject_max": 50,
        "full_stop": "!",
        "header_max": 72,
        "body_required": True,
        "body_max": 80,
        "footer_max": 90,
        "breaking_both": True,
        "issue_required": True,
        "issue_prefixes": ["PAY-"],
        "signed_off": True,
        "trailers": ["Ticket"],
        "style": "error",
        "levels": {"type-enum": "off"},
        "enforce": False,
    }
    notes = {
        "breaking": "Breaks",
        "sections": [{"title": "New", "types": ["feat"]}],
        "hidden": ["ci"],
        "unclassified": "Rest",
        "repeats": "mention",
    }
    config = msgspec.convert(
        {
            "messages": messages,
            "release": {"message": "ship {version}"},
            "changelog": notes,
            "versions": {"squash_bullets": True},
        },
        Config,
    )
    assert lint_rules(config) == msgspec.convert({**messages, "release": "ship {version}"}, LintRules)
    assert set(LintRules.__struct_fields__) == {*messages, "release"}
    assert layout(config) == msgspec.convert({**notes, "squash_bullets": True}, Layout)
