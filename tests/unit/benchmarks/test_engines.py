"""An engine that fails says so, and leaves nothing behind. Nothing is timed here."""

from pathlib import Path

import pytest

from benchmarks.engines import EngineError, Node, Python, node
from benchmarks.plaintext import write_all


@pytest.fixture
def plaintexts(tmp_path: Path) -> Path:
    write_all(tmp_path / "plaintexts", (50,))
    return tmp_path / "plaintexts"


class TestPython:
    @pytest.mark.parametrize("case", ["seal", "open_user", "open_owner", "prove", "wrap"])
    def test_a_case_is_right_before_it_is_timed(self, plaintexts: Path, case: str) -> None:
        Python(plaintexts).check(case, 50)

    @pytest.mark.parametrize("n", [1, 3])
    def test_what_the_owner_deals_is_accepted_by_every_node(self, plaintexts: Path, n: int) -> None:
        Python(plaintexts).check("grant", n)
        Python(plaintexts).check("check_direct", n)

    def test_a_wrong_result_is_an_error(
        self, plaintexts: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("benchmarks.endpoint.Endpoint.case_wrap", lambda *_: (bytes, bool))
        with pytest.raises(EngineError, match="wrong result"):
            Python(plaintexts).check("wrap", 50)


class TestNode:
    def test_a_bundle_that_is_none_is_an_error(self, plaintexts: Path, tmp_path: Path) -> None:
        (tmp_path / "crypto").mkdir()
        (tmp_path / "crypto" / "index.js").write_text("export const nothing = 1;")
        with pytest.raises(EngineError, match="ended"), node(tmp_path, plaintexts) as engine:
            engine.check("seal", 50)

    def test_errors_of_the_other_side_are_raised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Node, "_call", lambda *_: {"error": "no such case: x"})
        engine = Node.__new__(Node)
        engine.name = "Node"
        with pytest.raises(EngineError, match="Node: no such case"):
            engine.check("x", 1)
