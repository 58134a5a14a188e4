"""What is read of the environment, once."""

from pathlib import Path

from relman.cli.context import cache_folder


def test_where_the_cache_is() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/relman")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/relman")
    assert cache_folder({}) is None
