import pytest

from relman.config.load import load
from relman.config.record import Config
from relman.config.source import Source
from relman.config.strategy import strategy_of
from relman.errors import RelmanError
from relman.model.catalog import CATALOG, GITFLOW, TRUNK
from relman.model.strategy import Strategy

NO_NAME = "is no branch's name with {line} or {version} at most once, or *"


def strategy(text: str) -> Strategy:
    return strategy_of(load(Source(name="relman.toml", data=text.encode())).config)


def problems(text: str) -> list[str]:
    with pytest.raises(RelmanError) as caught:
        strategy(text)
    return [line.strip() for line in caught.value.message.splitlines()[1:]]


@pytest.mark.parametrize("name", [s.name for s in CATALOG])
def test_a_text_names_one_of_the_catalog(name: str) -> None:
    assert strategy(f'strategy = "{name}"').name == name


def test_nothing_is_trunk_based() -> None:
    assert strategy_of(Config()) is TRUNK


def test_a_table_is_a_variant_and_keeps_what_it_does_not_name() -> None:
    varied = strategy("""
        [strategy]
        extends = "gitflow/v1"
        direction = "downstream-first"
        one_at_a_time = []
        checks = { B2 = "off", G3 = "error", F2 = "note" }
        [strategy.roles.production]
        patterns = ["stable"]
        [strategy.roles.environment]
        patterns = ["staging"]
    """)
    assert varied.direction == "downstream-first"
    assert varied.one_at_a_time == ()
    assert (varied.checks.get("B2"), varied.checks["G3"], varied.checks["F2"]) == (None, "error", "note")
    changed = varied.role("production")
    assert changed is not None
    assert (changed.patterns, changed.tags) == (("stable",), True)
    assert varied.role("environment") is not None
    assert varied.role("release") == GITFLOW.role("release")
    assert varied.tag == "merge"


def test_errors_come_all_at_once_with_their_places() -> None:
    assert problems("""
        [strategy]
        extends = "trunk/v1"
        tag = "merge"
        one_at_a_time = ["support"]
        checks = { M1 = "error" }
        [strategy.roles.release]
        patterns = ["release/{x}"]
        lands = ["support"]
    """) == [
        "relman.toml, line 4: strategy.tag: tags stand on merges into production, and no release lands there",
        "relman.toml, line 5: strategy.one_at_a_time[0]: there is no role support here",
        "relman.toml, line 6: strategy.checks.M1: M1 is about environment branches, and there are none here",
        "relman.toml, line 8: strategy.roles.release.patterns[0]: " + NO_NAME,
        "relman.toml, line 9: strategy.roles.release.lands[0]: there is no role support here",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('strategy = "gitflow"', 'strategy: "gitflow": no such strategy; did you mean gitflow/v1?'),
        ('strategy = "\\u001b[31m"', "no such strategy"),
        ("strategy = 3", "strategy: 3 is not a text or a table"),
        ("[strategy]\ntag = 'tip'", "strategy.extends: is missing"),
        ("[strategy]\nextends = 'gitflaw/v1'", "did you mean gitflow/v1?"),
        ("[strategy]\nextends = 'gitflow/v1'\nchecks = { B9 = 'error' }", "strategy.checks.B9: no such name"),
        ("[strategy]\nextends = 'gitflow/v1'\nchecks = { B1 = 'loud' }", 'strategy.checks.B1: "loud" is not'),
        ("[strategy]\nextends = 'gitflow/v1'\nroles.relase = {}", "strategy.roles.relase: no such name; did"),
        ("[strategy]\nextends = 'gitflow/v1'\nroles.release.colour = 1", "strategy.roles.release.colour"),
        ("[strategy]\nextends = 'gitflow/v1'\nroles.release.lands = 'main'", "strategy.roles.release.lands"),
    ],
)
def test_bad_input(text: str, words: str) -> None:
    (row,) = problems(text)
    assert words in row
    assert "\x1b" not in row
