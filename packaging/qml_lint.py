"""Lints every QML file with qmllint, warnings being errors. Types that Python registers are dumped first.

python packaging/qml_lint.py
"""

import ast
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QML_ROOT = ROOT / "resources" / "qml"
TYPES_ROOT = ROOT / "build" / "qmltypes"
PYTHON_TYPE = re.compile(r'ype": "(float|list)"')
CPP_TYPES = {"float": "double", "list": "QVariantList"}  # the dump names Python types that qmllint misreads
REGISTERING = (ROOT / "oa_desktop" / "ui", ROOT / "tests" / "qml")
LINTED = (QML_ROOT, ROOT / "tests" / "qml")


def tool(name: str) -> str:
    """The tool beside this Python, where the wheel of PySide6 put it."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    if beside is None:
        sys.exit(f"{name} is not beside {sys.executable}: install PySide6-Essentials")
    return beside


def import_name(source: Path) -> tuple[str, int] | None:
    """The QML module a Python file registers types into, or None."""
    found: dict[str, object] = {}
    for node in ast.parse(source.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found.update(
                {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
            )
    name, major = found.get("QML_IMPORT_NAME"), found.get("QML_IMPORT_MAJOR_VERSION")
    return (name, major) if isinstance(name, str) and isinstance(major, int) else None


def dump_types() -> None:
    """Write a qmldir and a qmltypes file for each module that Python registers, as qmllint reads them."""
    shutil.rmtree(TYPES_ROOT, ignore_errors=True)
    modules: dict[tuple[str, int], list[Path]] = defaultdict(list)
    for source in sorted(path for folder in REGISTERING for path in folder.rglob("*.py")):
        name = import_name(source)
        if name is not None:
            modules[name].append(source)
    for (name, major), sources in modules.items():
        folder = TYPES_ROOT / Path(*name.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        meta = folder / "metatypes.json"
        dumped = subprocess.run(
            [tool("pyside6-metaobjectdump"), *map(str, sources)], check=True, capture_output=True, text=True
        )
        meta.write_text(PYTHON_TYPE.sub(lambda name: f'ype": "{CPP_TYPES[name[1]]}"', dumped.stdout), "utf-8")
        subprocess.run(
            [
                tool("pyside6-qmltyperegistrar"),
                "--generate-qmltypes", str(folder / "types.qmltypes"),
                "-o", str(folder / "registration.cpp"),
                "--import-name", name,
                "--major-version", str(major),
                "--minor-version", "0",
                str(meta),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
        (folder / "registration.cpp").unlink()
        (folder / "qmldir").write_text(f"module {name}\ntypeinfo types.qmltypes\n", "utf-8")


def main() -> int:
    dump_types()
    folders = [Path(argument).resolve() for argument in sys.argv[1:]] or LINTED
    files = sorted(path for folder in folders for path in folder.rglob("*.qml"))
    if not files:
        sys.exit("no QML file found")
    lint = [tool("pyside6-qmllint"), "-W", "0", "-I", str(QML_ROOT), "-I", str(TYPES_ROOT), *map(str, files)]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        print("\n".join(line for line in done.stderr.splitlines() if "' returned " not in line))
        return 1
    print(f"qmllint: {len(files)} files, no warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
