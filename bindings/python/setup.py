"""Builds the wheel: the C interface's library, the program, and a cffi module over them.

The library comes from a build of the project, $DRAWDOWN_BUILD_DIR, which is
configured and built here when the variable is not set.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import setup
from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = HERE / "src" / "drawdown"
sys.path.insert(0, str(HERE))


def build_dir():
    named = os.environ.get("DRAWDOWN_BUILD_DIR")
    if named:
        return pathlib.Path(named).resolve()
    build = ROOT / "build" / "python"
    subprocess.check_call([
        "cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
        "-DDRAWDOWN_BUILD_TESTS=OFF", "-DDRAWDOWN_DEVELOPER_MODE=OFF"])
    subprocess.check_call([
        "cmake", "--build", build, "--target", "drawdown_c", "drawdown_cli"])
    return build


def place_binaries():
    build = build_dir()
    for source, name in ((build / "bindings/c/libdrawdown_c.so.1", "libdrawdown_c.so.1"),
                         (build / "src/cli/drawdown", "drawdown-program")):
        target = PACKAGE / name
        if target.exists():
            target.unlink()
        shutil.copy2(source, target, follow_symlinks=True)
    os.environ["DRAWDOWN_LIBRARY"] = str(PACKAGE / "libdrawdown_c.so.1")
    header = (ROOT / "include" / "drawdown" / "drawdown.h").read_text()
    abi = re.search(r"#define DRAWDOWN_ABI_VERSION (\d+)", header)[1]
    # What the package checks the loaded library against.
    (PACKAGE / "_built.py").write_text(f'VERSION = "{version()}"\nABI_VERSION = {abi}\n')


def version():
    text = (ROOT / "CMakeLists.txt").read_text()
    return re.search(r"project\(drawdown VERSION ([\d.]+)", text)[1]


class Abi3Wheel(bdist_wheel):
    """One wheel for every Python from 3.9 on."""

    def get_tag(self):
        _, _, platform = super().get_tag()
        return "cp39", "abi3", platform


if __name__ == "__main__":
    place_binaries()
    setup(version=version(), cffi_modules=["native_build.py:builder"],
          cmdclass={"bdist_wheel": Abi3Wheel})
