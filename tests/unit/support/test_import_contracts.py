"""Our own import contracts find what they should, and refuse to check nothing."""

import pytest
from grimp import ImportGraph

from tests.support.import_contracts import ContractError, Only, StandardLibraryOnly

SESSION = {"root_packages": ["house"]}


@pytest.fixture
def graph() -> ImportGraph:
    made = ImportGraph()
    for module in ("house", "house.a", "house.a.inner", "house.b", "house.bb", "json", "django"):
        made.add_module(module)
    return made


def only(**options: list[str]) -> Only:
    defaults = {"source_modules": ["house.a"], "restricted_modules": ["house", "django"]}
    return Only("only", SESSION, {**defaults, "allowed_modules": ["house.a", "house.b"], **options})


def link(graph: ImportGraph, importer: str, imported: str) -> None:
    graph.add_import(importer=importer, imported=imported, line_number=3, line_contents="import x")


def test_allowed_imports_are_kept(graph):
    link(graph, "house.a.inner", "house.b")
    link(graph, "house.a", "json")
    assert only().check(graph, False).kept


@pytest.mark.parametrize("imported", ["house.bb", "django", "house"])
def test_other_imports_break_it(graph, imported):
    link(graph, "house.a.inner", imported)
    checked = only().check(graph, False)
    assert not checked.kept
    assert checked.metadata["broken"] == [("house.a.inner", imported, 3)]


@pytest.mark.parametrize("field", ["source_modules", "restricted_modules", "allowed_modules"])
def test_a_misspelt_module_is_an_error(graph, field):
    with pytest.raises(ContractError, match=r"house\.missing"):
        only(**{field: ["house.missing"]}).check(graph, False)


def test_standard_library_only(graph):
    contract = StandardLibraryOnly("ports", SESSION, {"source_modules": ["house.a"]})
    link(graph, "house.a.inner", "json")
    link(graph, "house.a", "house.a.inner")
    assert contract.check(graph, False).kept
    link(graph, "house.a", "django")
    link(graph, "house.a", "house.b")
    broken = contract.check(graph, False).metadata["broken"]
    assert [imported for _, imported, _ in broken] == ["django", "house.b"]
