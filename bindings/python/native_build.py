"""The cffi module drawdown._native, from drawdown.h as it is."""
import os
import pathlib
import re

from cffi import FFI

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "include" / "drawdown" / "drawdown.h").read_text()

# What Python alone needs: the _INIT macros as values, the capsule that an Arrow
# stream travels in, and a meter's two calls as functions of Python's own: they
# take nothing that would have to be rounded, and cost less than cffi's.
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

/* -1 with an exception for what is not an exact, not negative int64. */
static int64_t whole_amount(PyObject* given) {
  PyObject* const whole = PyBool_Check(given) ? NULL : PyNumber_Index(given);
  if (whole == NULL) {
    PyErr_Clear();
    PyObject* const type = (PyObject*)Py_TYPE(given);
    PyObject* const name = PyObject_GetAttrString(type, "__name__");
    if (name == NULL) return -1;
    PyErr_Format(PyExc_TypeError,
                 "gpu_us is %%U: give an int of GPU-microseconds", name);
    Py_DECREF(name);
    return -1;
  }
  const long long amount = PyLong_AsLongLong(whole);
  Py_DECREF(whole);
  if (amount >= 0 || PyErr_Occurred()) return amount;
  PyErr_Format(PyExc_ValueError, "%%lld GPU-microseconds is negative", amount);
  return -1;
}
/* Keeps the GIL: it never waits, and whoever gives up the GIL in a loop waits
 * for it. */
static PyObject* record(PyObject* meter, PyObject* gpu_us) {
  const int64_t amount = whole_amount(gpu_us);
  if (amount < 0) return NULL;
  drawdown_record(PyLong_AsUnsignedLongLong(meter), amount);
  Py_RETURN_NONE;
}
static PyObject* try_record(PyObject* meter, PyObject* gpu_us) {
  const int64_t amount = whole_amount(gpu_us);
  if (amount < 0) return NULL;
  const uint64_t id = PyLong_AsUnsignedLongLong(meter);
  int32_t decision;
  Py_BEGIN_ALLOW_THREADS;
  decision = drawdown_try_record(id, amount);
  Py_END_ALLOW_THREADS;
  return PyLong_FromLong(decision);
}
static PyMethodDef record_method = {
    "record", record, METH_O,
    "record(gpu_us, /)\\n--\\n\\n"
    "Adds an int of GPU-microseconds. TypeError, ValueError, OverflowError."};
static PyMethodDef try_record_method = {
    "try_record_code", try_record, METH_O,
    "try_record_code(gpu_us, /)\\n--\\n\\n"
    "try_record as a plain int, a value of Decision."};
static PyObject* meter_calls(uint64_t meter) {
  PyObject* const id = PyLong_FromUnsignedLongLong(meter);
  if (id == NULL) return NULL;
  PyObject* const one = PyCFunction_NewEx(&record_method, id, NULL);
  PyObject* const other = PyCFunction_NewEx(&try_record_method, id, NULL);
  Py_DECREF(id);
  PyObject* const both =
      one == NULL || other == NULL ? NULL : PyTuple_Pack(2, one, other);
  Py_XDECREF(one);
  Py_XDECREF(other);
  return both;
}
static void* drawdown_py_meter_calls(void) { return (void*)meter_calls; }
"""
DECLARED_HERE = """
struct ArrowArrayStream* drawdown_py_new_stream(void);
void drawdown_py_free_stream(struct ArrowArrayStream* stream);
void* drawdown_py_capsule_destructor(void);
void* drawdown_py_meter_calls(void);
extern "Python" int64_t drawdown_py_now(void* now_context);
extern "Python" void drawdown_py_progress(void* progress_context, const char* phase,
                                          uint64_t done, uint64_t total);
extern "Python" void drawdown_py_note(void* note_context, const char* line);
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
