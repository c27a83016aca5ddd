"""The extension module, over a library that is not older than what it was built with."""
from __future__ import annotations

import ctypes
import pathlib
from typing import Any

from . import _built

_NAME = "libdrawdown_c.so.1"


def _other_library() -> str:
    """Why the library that the loader finds does not do; "" when that is not it."""
    try:
        found = ctypes.CDLL(_NAME)  # The loader's choice, as $LD_LIBRARY_PATH makes it.
    except OSError:
        found = ctypes.CDLL(str(pathlib.Path(__file__).with_name(_NAME)))
    found.drawdown_version.restype = ctypes.c_char_p
    return _too_old(found.drawdown_version().decode(), found.drawdown_abi_version())


def _too_old(version: str, abi: int) -> str:
    if abi >= _built.ABI_VERSION:
        return ""
    maps = pathlib.Path("/proc/self/maps").read_text(errors="replace").splitlines()
    places = {line.split(maxsplit=5)[-1] for line in maps if line.endswith(_NAME)}
    return (f"{_NAME} is drawdown {version} (ABI {abi}), older than this package, which needs "
            f"{_built.VERSION} (ABI {_built.ABI_VERSION}) or newer: {', '.join(sorted(places))}")


def _load() -> Any:
    try:
        from . import _native
    except ImportError:
        # Perhaps for a function that the library does not have yet.
        try:
            why = _other_library()
        except (OSError, AttributeError):
            why = ""
        if not why:
            raise
        raise ImportError(why) from None
    lib, ffi = _native.lib, _native.ffi
    why = _too_old(ffi.string(lib.drawdown_version()).decode(), lib.drawdown_abi_version())
    if why:
        raise ImportError(why)
    return _native


native = _load()
