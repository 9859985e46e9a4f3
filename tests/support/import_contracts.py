"""Two import contracts that import-linter does not have: what a module may import itself.

`forbidden` of import-linter names what must not be reached, by any road. These
two look at the modules' own import statements and name what is allowed.
"""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

Broken = list[tuple[str, str, int | None]]


class ContractError(Exception):
    """A contract names a module that does not exist, so it would check nothing."""


def within(module: str, packages: set[str]) -> bool:
    """Whether a dotted name is one of the packages or lies in one of them."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def modules_of(graph: ImportGraph, packages: set[str]) -> list[str]:
    """All modules of some packages, sorted; ContractError when a package has none."""
    for package in packages:
        if package not in graph.modules:
            raise ContractError(f"There is no module {package}.")
    return sorted(module for module in graph.modules if within(module, packages))


def line_of(graph: ImportGraph, importer: str, imported: str) -> int | None:
    """The line of the first such import statement, when it is known."""
    details = graph.get_import_details(importer=importer, imported=imported)
    return min((detail["line_number"] for detail in details), default=None)


def render(check: ContractCheck) -> None:
    """Print each import that a contract does not allow."""
    for importer, imported, line in check.metadata["broken"]:
        output.print_error(f"{importer} (line {line}) may not import {imported}", bold=False)


class Only(Contract):
    """Of the restricted packages, the sources themselves import only the allowed modules."""

    source_modules = fields.SetField(subfield=fields.StringField())
    restricted_modules = fields.SetField(subfield=fields.StringField())
    allowed_modules = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find imports of restricted modules that are not allowed."""
        self._refuse_unknown(graph)
        broken: Broken = [
            (importer, imported, line_of(graph, importer, imported))
            for importer in modules_of(graph, self.source_modules)  # type: ignore[arg-type]
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if within(imported, self.restricted_modules)  # type: ignore[arg-type]
            and not within(imported, self.allowed_modules)  # type: ignore[arg-type]
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _refuse_unknown(self, graph: ImportGraph) -> None:
        own = set(self.session_options["root_packages"])
        for name in {*self.restricted_modules, *self.allowed_modules}:  # type: ignore[misc]
            if name.partition(".")[0] in own and name not in graph.modules:
                raise ContractError(f"There is no module {name}.")

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports found."""
        render(check)


class StandardLibraryOnly(Contract):
    """The sources import themselves and the standard library, nothing else."""

    source_modules = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find imports of anything that does not come with Python."""
        allowed = {*self.source_modules, *sys.stdlib_module_names}  # type: ignore[misc]
        broken: Broken = [
            (importer, imported, line_of(graph, importer, imported))
            for importer in modules_of(graph, self.source_modules)  # type: ignore[arg-type]
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not within(imported, allowed)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports found."""
        render(check)
