import pytest

from looking import Look, look_with


@pytest.fixture
def look(capsys: pytest.CaptureFixture[str]) -> Look:
    return look_with(capsys)
