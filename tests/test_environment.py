"""One set of dependencies: pyproject.toml states it, environment.yml and the locks follow."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
GROUPS = PYPROJECT["dependency-groups"]
LOCKS = {
    "requirements.lock": [*PROJECT["dependencies"], *EXTRAS["test"], *EXTRAS["ocr"], *GROUPS["build"]],
    "requirements-lab.lock": [*PROJECT["dependencies"], *EXTRAS["lab"], *GROUPS["build"]],
    "requirements-bootstrap.lock": GROUPS["bootstrap"],
}


def bounds(requirements: list[str]) -> dict[str, SpecifierSet]:
    """Package to version bounds; spelling and extras (`dask[distributed]`) do not matter here."""
    parsed = [Requirement(line) for line in requirements]
    return {canonicalize_name(each.name): each.specifier for each in parsed}


def conda_bounds() -> tuple[dict[str, SpecifierSet], list[str]]:
    """The conda packages of environment.yml with their bounds, and the lines of its pip section."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = environment["dependencies"]
    conda = [line for line in lines if isinstance(line, str) and line != "pip"]
    pip = next(line["pip"] for line in lines if isinstance(line, dict))
    return bounds(conda), pip


def read_lock(name: str) -> dict[str, list[tuple[Version, int, str]]]:
    """Package to its pins in a lock: version, number of hashes, environment marker."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins: dict[str, list[tuple[Version, int, str]]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        pin = re.fullmatch(r"([\w.-]+)==(\S+)(?:\s*;\s*(.*?))?((?:\s+--hash=sha256:[0-9a-f]{64})*)", line)
        assert pin, f"{name}: not a pinned requirement: {line[:80]}"
        entry = (Version(pin[2]), pin[4].count("--hash"), pin[3] or "")
        pins.setdefault(canonicalize_name(pin[1]), []).append(entry)
    return pins


def test_environment_yml_has_the_packages_and_bounds_of_pyproject():
    conda, pip = conda_bounds()
    by_pip = bounds([line for line in pip if line != "-e ."])
    assert not conda.keys() & by_pip.keys()
    expected = bounds([*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)])
    expected["python"] = SpecifierSet(PROJECT["requires-python"])
    assert conda | by_pip == expected


def test_environment_yml_installs_the_package_itself():
    assert "-e ." in conda_bounds()[1]


def test_every_dependency_is_bounded_on_both_sides():
    every = bounds(
        [
            *PROJECT["dependencies"],
            *(line for extra in EXTRAS.values() for line in extra),
            *(line for group in GROUPS.values() for line in group),
        ]
    )
    for name, specifier in every.items():
        assert {each.operator for each in specifier} == {">=", "<"}, name


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_dependency_within_its_bounds(lock: str):
    pins = read_lock(lock)
    for name, specifier in bounds(LOCKS[lock]).items():
        assert name in pins, f"{lock} lacks {name}: run `make lock`"
        for version, _, _ in pins[name]:
            assert version in specifier, f"{lock} has {name} {version}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_hashes_every_package_and_names_no_place(lock: str):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=sha256:)", text, flags=re.MULTILINE), "options such as --index-url"
    assert all(hashes > 0 for entries in read_lock(lock).values() for _, hashes, _ in entries)


def test_lock_leaves_out_what_slows_down_every_import():
    assert not {"jupyterlab", "rfc3987-syntax"} & read_lock("requirements.lock").keys()


def test_lab_has_the_same_versions_as_the_studies():
    studies, lab = read_lock("requirements.lock"), read_lock("requirements-lab.lock")
    shared = studies.keys() & lab.keys()
    assert bounds(PROJECT["dependencies"]).keys() <= shared
    assert {name: [pin[0] for pin in lab[name]] for name in shared} == {
        name: [pin[0] for pin in studies[name]] for name in shared
    }


def test_build_backend_is_the_locked_one():
    assert PYPROJECT["build-system"]["requires"] == GROUPS["build"]


def test_citation_has_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
