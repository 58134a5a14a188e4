from msgspec import structs

from relman.model.catalog import CATALOG, GITFLOW
from relman.model.ways import way


def test_the_way_follows_from_the_fields() -> None:
    assert {s.name: way(s) for s in CATALOG} == {
        "trunk/v1": "pick",
        "toggles/v1": "trunk",
        "github-flow/v1": "trunk",
        "gitlab-environments/v1": "merge",
        "gitlab-release/v1": "pick",
        "gitflow/v1": "merge",
        "oneflow/v1": "merge",
        "release-flow/v1": "pick",
        "maintenance/v1": "pick",
    }
    assert way(structs.replace(GITFLOW, name="ours/v1", direction="upstream-first")) == "pick"
