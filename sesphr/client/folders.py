"""Which records were opened into which folder, so that two of them are not taken for one.

Kept in HOME: a folder of opened partitions holds these files and nothing else.
"""

from pathlib import Path

from sesphr.client.home import Folder

OPENED = "opened"


def noted(home: Folder, folder: Path, record: str) -> list[str]:
    """Note that a record is opened into a folder; a warning where another one's files lie there.

    Nothing is refused or removed.
    """
    place, present = str(folder.resolve()), any(folder.glob("*.xml"))
    with home.locked(OPENED):
        known = {path: ids for path, ids in home.read(OPENED).items() if Path(path).is_dir()}
        before = [str(one) for one in known.get(place, [])] if present else []
        home.write(OPENED, {**known, place: [*(one for one in before if one != record), record]})
    others = ", ".join(one for one in before if one != record)
    warning = (
        f"{folder} holds partitions of another record ({others}) too; those of the same name are "
        "replaced. A folder for each record keeps them apart."
    )
    return [warning] if others else []
