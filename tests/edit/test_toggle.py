import pytest

from relman.edit.toggle import Toggle, is_off, read_default
from relman.errors import Kind, RelmanError


@pytest.mark.parametrize(
    ("path", "text", "where", "value", "off"),
    [
        ("flags.json", '{"pay": {"enabled": false}}', {"key": "pay.enabled"}, "false", True),
        ("flags.json", '{"pay": true}', {"key": "pay"}, "true", False),
        ("flags.json", '{"pay": null}', {"key": "pay"}, "null", True),
        ("flags.json", '{"pay": 0}', {"key": "pay"}, "0", True),
        ("flags.json", '{"pay": 25}', {"key": "pay"}, "25", False),
        ("flags.yaml", "flags:\n  pay: off\n", {"key": "flags.pay"}, "off", True),
        ("flags.yml", "pay: 'On'\n", {"key": "pay"}, "On", False),
        ("flags.toml", "[flags]\npay = false\n", {"key": "flags.pay"}, "false", True),
        ("flags.toml", 'pay = "beta"\n', {"key": "pay"}, "beta", False),
        ("src/flags.py", 'PAY = "off"  \nOTHER = 1\n', {"pattern": "PAY = {value}"}, "off", True),
        ("src/flags.ts", "  pay: true,\n", {"pattern": "pay: {value},"}, "true", False),
    ],
)
def test_a_default_is_read_as_the_file_has_it(
    path: str, text: str, where: dict[str, str], value: str, *, off: bool
) -> None:
    toggle = Toggle(name="pay", path=path, key=where.get("key"), pattern=where.get("pattern"))
    found = read_default(text.encode(), toggle)
    assert (found, is_off(found, toggle)) == (value, off)


def test_what_means_off_can_be_configured() -> None:
    toggle = Toggle(name="pay", path="f.toml", key="pay", off=("beta",))
    assert is_off("Beta", toggle)
    assert not is_off("false", toggle)


@pytest.mark.parametrize(
    ("path", "text", "where", "words"),
    [
        ("flags.json", "{}", {"key": "pay"}, "has no pay"),
        ("flags.json", "{", {"key": "pay"}, "is not JSON"),
        ("flags.json", '{"pay": {}}', {"key": "pay"}, "no single value"),
        ("flags.yaml", "a: 1\n", {"key": "pay"}, "has no pay"),
        ("flags.yaml", "pay: 1\npay: 2\n", {"key": "pay"}, "2 times"),
        ("flags.txt", "pay", {"key": "pay"}, "a key needs a TOML, JSON or YAML file"),
        ("flags.txt", "pay", {}, "a key or a pattern"),
        ("flags.txt", "x", {"pattern": "PAY = {value}"}, "has no line"),
        ("flags.txt", "PAY = 1\nPAY = 2\n", {"pattern": "PAY = {value}"}, "has 2 lines"),
        ("flags.txt", "x", {"pattern": "PAY = 1"}, "exactly once"),
        ("../flags.json", "{}", {"key": "pay"}, "climbs"),
        ("flags.json", "\xff", {"key": "pay"}, "is not JSON"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_the_file(
    path: str, text: str, where: dict[str, str], words: str
) -> None:
    toggle = Toggle(name="pay", path=path, key=where.get("key"), pattern=where.get("pattern"))
    with pytest.raises(RelmanError, match=words) as caught:
        read_default(text.encode(), toggle)
    assert caught.value.kind is Kind.USAGE
