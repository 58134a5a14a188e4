from pathlib import Path

import pytest

from command import Shop, sure
from killing import killed

REAL = {
    "cut": ("cut",),
    "release": ("release", "1.0"),
    "record": ("env", "record", "production", "1.0.0"),
    "withdraw": ("withdraw", "1.0.0", "--reason", "loses orders"),
    "hotfix": ("hotfix", "pr:7", "--to", "1.0"),
    "park": ("park", "pr:7"),
    "unpark": ("unpark", "pr:7"),
}
FIRST = {"unpark": ("park", "pr:7")}


@pytest.mark.parametrize(
    ("job", "push"),
    [(job, push) for job in REAL for push in ((), ("--push",)) if (job, push) != ("unpark", ())],
    ids=lambda it: it if isinstance(it, str) else "pushed" if it else "local",
)
def test_killed_after_any_write_the_next_command_finds_one_of_two_states(
    tmp_path: Path, job: str, push: tuple[str, ...]
) -> None:
    shop = Shop(tmp_path / "shop")
    if job in FIRST:
        shop.done(*sure(FIRST[job]))
    shop.save()
    words = sure((*REAL[job], *push))
    before, names = shop.state(), list[str]()
    assert shop(*words, checkpoint=names.append).code == 0
    after = shop.state()
    assert before != after
    turn = names.index("pushed" if push else "committed")
    for at, name in enumerate(names):
        shop.restore()
        assert killed(lambda c: shop(*words, checkpoint=c), at + 1) == name
        over = name == "done"
        told = shop.done("status", "--json").json["operations"]
        assert [o["state"] for o in told] == ([] if over else [told[0]["state"]]), name
        settled = shop("resume") if at % 2 else shop("cut", "--yes", "--expect", "0000000")
        assert settled.code == (0 if at % 2 else 4), (name, settled)
        assert shop.state() == (after if at >= turn else before), name
        assert shop.repo.git("fsck", "--strict", "--no-dangling") == "", name
        assert shop.done("status", "--json").json["operations"] == []
