"""The cffi module drawdown._native, from drawdown.h as it is."""
import os
import pathlib
import re

from cffi import FFI

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "include" / "drawdown" / "drawdown.h").read_text()

# What Python alone needs: the _INIT macros as values, and the capsule that an
# Arrow stream travels in.
PRELUDE = """
#include <drawdown/drawdown.h>
#include <stdlib.h>

%s

static struct ArrowArrayStream* drawdown_py_new_stream(void) {
  return (struct ArrowArrayStream*)calloc(1, sizeof(struct ArrowArrayStream));
}
static void drawdown_py_free_stream(struct ArrowArrayStream* stream) {
  if (stream->release != NULL) stream->release(stream);
  free(stream);
}
static void free_capsule(PyObject* capsule) {
  void* const stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
  if (stream != NULL) drawdown_py_free_stream((struct ArrowArrayStream*)stream);
}
static void* drawdown_py_capsule_destructor(void) {
  return (void*)free_capsule;
}
"""
DECLARED_HERE = """
struct ArrowArrayStream* drawdown_py_new_stream(void);
void drawdown_py_free_stream(struct ArrowArrayStream* stream);
void* drawdown_py_capsule_destructor(void);
"""


def structs_with_defaults():
    return re.findall(r"#define DRAWDOWN_(\w+)_INIT", HEADER)


def defaults(storage):
    lines = []
    for macro in structs_with_defaults():
        name = macro.lower()
        value = f" = DRAWDOWN_{macro}_INIT" if storage == "static" else ""
        lines.append(f"{storage} const drawdown_{name} drawdown_py_{name}{value};")
    return "\n".join(lines)


def declarations():
    """What cffi reads of the header: no comments, no macros but numbers."""
    text = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
    text = text.replace("\\\n", " ")
    numbers = re.findall(r"^#define (DRAWDOWN_\w+) \(?(-?\d+)\)?\s*$", text, flags=re.M)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    text = re.sub(r"static inline .*?\n}\n", "", text, flags=re.S)
    text = re.sub(r'extern "C" \{', "", text)
    text = re.sub(r"\n}\s*$", "\n", text)
    text = text.replace("DRAWDOWN_C_EXPORT", "")
    return "\n".join(f"#define {name} {value}" for name, value in numbers) + text


builder = FFI()
builder.cdef(declarations() + DECLARED_HERE + defaults("extern"))
builder.set_source(
    "drawdown._native",
    PRELUDE % defaults("static"),
    include_dirs=[str(ROOT / "include")],
    extra_link_args=[os.environ.get("DRAWDOWN_LIBRARY", ""), "-Wl,-rpath,$ORIGIN"],
    py_limited_api=True,
)
