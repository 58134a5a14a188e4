from relman.edit.detect import detect
from relman.edit.version_file import VersionFile, read_version, write_version


def found(files: dict[str, bytes]) -> tuple[VersionFile, ...]:
    return detect(files, files.get)


def test_every_usual_file_that_holds_the_version_is_proposed() -> None:
    files = {
        "pyproject.toml": b'[project]\nversion = "1.5.0rc1"\n',
        "setup.cfg": b"[metadata]\nversion = 1.5.0rc1\n",
        "Cargo.toml": b'[package]\nversion = "1.5.0-rc.1"\n[workspace.package]\nversion = "1.5.0-rc.1"\n',
        "package.json": b'{"version": "1.5.0-rc.1"}',
        "Chart.yaml": b"version: 1.5.0-rc.1\n",
        "galaxy.yml": b"version: 1.5.0-rc.1\n",
        "pubspec.yaml": b"version: 1.5.0-rc.1\n",
        "VERSION": b"v1.5.0-rc.1\n",
        "src/shop/__init__.py": b"x = 1\r\n__version__: str = '1.5.0rc1'  # {here}\r\n",
        "tests/__init__.py": b'__version__ = "1.5.0rc1"\n',
    }
    expected = (
        VersionFile(path="pyproject.toml", key="project.version", spelling="pep440"),
        VersionFile(path="setup.cfg", pattern="version = {version}", spelling="pep440"),
        VersionFile(path="Cargo.toml", key="workspace.package.version"),
        VersionFile(path="Cargo.toml", key="package.version"),
        VersionFile(path="package.json", key="version", spelling="npm"),
        VersionFile(path="galaxy.yml", key="version"),
        VersionFile(path="pubspec.yaml", key="version"),
        VersionFile(path="Chart.yaml", key="version"),
        VersionFile(path="VERSION", spelling="tag"),
        VersionFile(
            path="src/shop/__init__.py", pattern="__version__: str = '{version}'  # {here}", spelling="pep440"
        ),
    )
    assert found(files) == expected
    for where in expected:
        data = files[where.path]
        assert write_version(data, where, read_version(data, where)) == data


def test_a_dynamic_version_is_found_where_it_stands() -> None:
    files = {
        "pyproject.toml": b'[project]\ndynamic = ["version"]\n[tool.setuptools]\nversion = "9.9.9"\n',
        "setup.cfg": b"[metadata]\nversion = attr: shop.__version__\n",
        "shop/_version.py": b'__version__ = "1.2.3"\n',
        "shop/__init__.py": b"from ._version import __version__\n",
    }
    assert found(files) == (
        VersionFile(path="shop/_version.py", pattern='__version__ = "{version}"', spelling="pep440"),
    )


def test_placeholders_and_files_out_of_step_are_left_out() -> None:
    files = {
        "package.json": b'{"version": "0.0.0-development"}',
        "VERSION": b"1.2.3\n",
        "CITATION.cff": b"version: 1.1.0\n",
    }
    assert found(files) == (VersionFile(path="VERSION"),)
    assert found({"package.json": b'{"version": "0.0.0"}'}) == (
        VersionFile(path="package.json", key="version", spelling="npm"),
    )


def test_what_holds_no_version_is_not_proposed() -> None:
    files = {
        "pyproject.toml": b"[broken",
        "package.json": b'{"version": "workspace:*"}',
        "Cargo.toml": b"[package]\nversion.workspace = true\n",
        "VERSION": b"\xff\n",
        "VERSION.txt": b"see README\n",
    }
    assert found(files) == ()
    assert detect(["VERSION"], lambda _: None) == ()
