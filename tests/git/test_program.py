"""Starting git: what is missing is named."""

from pathlib import Path

import pytest

from relman.errors import Kind, RelmanError
from relman.git.program import Git


def test_a_folder_that_is_not_there_is_not_a_git_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Git(tmp_path / ".git", tmp_path / "gone")
    for start in (gone.run, gone.popen):
        with pytest.raises(RelmanError) as error:
            start("status")
        assert (error.value.kind, error.value.message) == (
            Kind.USAGE,
            f"the folder {tmp_path / 'gone'} is not there",
        )
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RelmanError) as error:
        Git(tmp_path, tmp_path).run("status")
    assert error.value.message == "the git program was not found"
