"""The plan of the house: which room may use which, and that nothing goes round in a circle."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From low to high. A room uses itself and lower ones; the commands at the top use all.
ROOMS = (
    "console",
    "color",
    "metrics",
    "config",
    "devices",
    "records",
    "data",
    "photos",
    "steering",
    "networks",
    "experiment",
    "report",
    "study",
    "inference",
    "films",
    "evaluation",
    "diagnosis",
    "training",
    "sweep",
    "claims",
    "page",
    "publishing",
    "bench",
    "demo",
)
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "colorkeras").rglob("*.py"))
}


def imports_of(module):
    """The modules of ours that a module imports anywhere, at its top or inside a function."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.rsplit(".", node.level - 1)[0]
                base = f"{above}.{base}".rstrip(".")
            named = [f"{base}.{alias.name}" for alias in node.names]
            # `from package import module` needs the module, not what the package holds.
            found.update(name if name in MODULES else base for name in named)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return sorted((found & MODULES.keys()) - {"colorkeras", module})


def room_of(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "command"


def test_every_folder_is_a_room():
    folders = {path.parent.name for path in (ROOT / "colorkeras").glob("*/__init__.py")}
    assert folders == set(ROOMS)


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) != "command"])
def test_uses_lower_rooms_only(module):
    own = ROOMS.index(room_of(module))
    for used in imports_of(module):
        assert room_of(used) in ROOMS[: own + 1], f"{module} uses {used}"


def test_no_circle():
    """Also inside a room, imports have an order; those of a package are of its modules too."""
    waiting = {module: set(imports_of(module)) for module in MODULES}
    while ready := [module for module, needs in waiting.items() if not needs & waiting.keys()]:
        for module in ready:
            del waiting[module]
    assert not waiting, f"a circle among {sorted(waiting)}"


def test_tests_mirror_the_source():
    """tests/<room>/test_<module>.py, where a test is of one module; data_prep likewise."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        room = path.parent.relative_to(ROOT / "tests")
        is_mirrored = (ROOT / "colorkeras" / room).is_dir() or (ROOT / room).is_dir()
        assert is_mirrored, f"{path}: no folder {room} in the source"
