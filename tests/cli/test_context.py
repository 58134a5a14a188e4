"""What a command is given: the environment, read once, and a way to run another command line."""

from pathlib import Path

import pytest

from relman.cli.context import Call, cache_folder
from relman.errors import RelmanError


def test_where_the_cache_is() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/relman")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/relman")
    assert cache_folder({}) is None


def test_a_call_without_a_door_leaves_the_other_command_to_the_person() -> None:
    with pytest.raises(RelmanError) as refused:
        Call().again(["-C", "my shop", "release"], redoes="20261123T031500-8c41e07")
    assert refused.value.hints == ("relman -C 'my shop' release",)
