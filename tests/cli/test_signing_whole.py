import subprocess
from pathlib import Path

import pytest

from command import Shop, sure

RELEASE = sure(["release", "1.0"])


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop", remote=False)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.com {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(allowed)),
    ):
        shop.repo.git("config", name, value)
    return shop


def verified(shop: Shop) -> tuple[bool, bool]:
    commit = shop.repo.run("verify-commit", "release/1.0").returncode == 0
    return commit, shop.repo.run("verify-tag", "v1.0.1").returncode == 0


def test_signed_as_configured(shop: Shop) -> None:
    shop.repo.git("config", "tag.gpgSign", "true")
    shop.done(*RELEASE)
    assert verified(shop) == (False, True)


def test_signed_when_asked_and_the_ids_were_provisional(shop: Shop) -> None:
    dry = shop.done("release", "1.0", "-n", *RELEASE[3:], "--sign", "--json").json
    real = shop.done(*RELEASE, "--sign", "--json").json
    assert verified(shop) == (True, True)
    assert (dry["provisional"], dry["hash"]) == (True, real["hash"])
    shop.done("undo", "-y")
    shop.done("redo", "-y")
    assert verified(shop) == (True, True)


def test_not_signed_when_not_wanted(shop: Shop) -> None:
    shop.repo.git("config", "tag.gpgSign", "true")
    shop.repo.git("config", "commit.gpgSign", "true")
    shop.done(*RELEASE, "--no-sign")
    assert verified(shop) == (False, False)


def test_a_signer_that_fails_stops_it(shop: Shop) -> None:
    shop.repo.git("config", "user.signingKey", str(shop.folder / "gone"))
    said = shop.refused(6, *RELEASE, "--sign")
    assert "git could not sign the commit" in said.err
    assert "hint:  --no-sign" in said.err
