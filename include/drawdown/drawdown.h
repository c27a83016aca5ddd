/* drawdown's C interface: all of it, for C99 and for every language that can
 * call C. Link with libdrawdown_c.
 *
 *   drawdown_ledger ledger;
 *   drawdown_meter meter;
 *   drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
 *   options.create_if_missing = 1;
 *   if (drawdown_ledger_open(drawdown_str("books"), &options, &ledger, NULL) ||
 *       drawdown_meter_bind(ledger, drawdown_str("acme/chat"),
 *                           drawdown_str("aws/us-east-1/gb200"), 0, &meter,
 *                           NULL))
 *     return 1;
 *   drawdown_record(meter, 1250000);  // 1.25 GPU-seconds
 *   drawdown_ledger_close(ledger, NULL);
 *
 * RULES (docs/c_abi.md says why)
 *
 * Only what is in this file is interface. Every symbol is drawdown_*, every
 * macro DRAWDOWN_*. What each call means, its ranges and its errors are said
 * at the C++ function of the same name in drawdown/ledger.h and meter.h; here is
 * what C adds.
 *
 * Codes. Every function that can fail returns int32_t: DRAWDOWN_OK or one of
 * the codes below. Numbers are never reused; there will be new ones.
 *
 * Errors. The last parameter, where there is one, may be NULL. On failure it is
 * set to an error object with the same code and one line for a person, which
 * the caller frees; on success to 0. There is no "last error" anywhere.
 *
 * Handles are numbers, not pointers. 0 is none. One that is closed, of another
 * kind, or made up is DRAWDOWN_BAD_HANDLE; closing 0 is fine. A handle may be
 * used from any thread, closed while other threads use it (they finish), and
 * in any order: a table or an error outlives its ledger.
 *
 * Structs begin with struct_size; begin with the _INIT macro. They only ever
 * grow at the end: a shorter one of an older program is read with defaults for
 * the rest, a longer one of a newer program is DRAWDOWN_BAD_STRUCT unless what
 * this library does not know is zero. Reserved fields must be zero. A pointer to
 * options that is NULL means the defaults.
 *
 * Texts are UTF-8 with a length; a size of DRAWDOWN_NUL_TERMINATED means up to
 * the terminating zero. {NULL, 0} is "". They are copied before a call returns.
 *
 * Instants are microseconds since 1970 UTC, of the years 0000 to 9999, else
 * DRAWDOWN_BAD_TIME; DRAWDOWN_UNSET is "not given". GPU time is whole
 * GPU-microseconds, GPU counts are millionths of a GPU (micro_gpus), money 1e-18
 * of a currency unit. There is no floating point.
 *
 * Threads. Every function may be called from any thread at any time. None may
 * be called from a signal handler. Whatever waits does so at most
 * lock_timeout_us and then returns DRAWDOWN_BUSY.
 *
 * fork. In a forked child ledger handles return DRAWDOWN_FORKED: open again.
 * Meters go on counting there (drawdown/meter.h).
 *
 * Nothing is thrown out of these functions, no signal handler is installed, no
 * callback is called under a lock.
 */
#ifndef DRAWDOWN_DRAWDOWN_H_
#define DRAWDOWN_DRAWDOWN_H_

#include <stdint.h>
#include <string.h>

/* Called without the linker's stub where the compiler can: it would be a fifth
 * of what drawdown_record costs. */
#if defined(__GNUC__) && defined(__has_attribute)
#if __has_attribute(noplt)
#define DRAWDOWN_C_EXPORT __attribute__((visibility("default"), noplt))
#endif
#endif
#if !defined(DRAWDOWN_C_EXPORT) && defined(__GNUC__)
#define DRAWDOWN_C_EXPORT __attribute__((visibility("default")))
#elif !defined(DRAWDOWN_C_EXPORT)
#define DRAWDOWN_C_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --- version ---------------------------------------------------------------
 * The ABI's version is a number that grows when something is added; nothing is
 * ever taken away from ABI 1. */
#define DRAWDOWN_ABI_VERSION 7

/* That of the loaded library. A program needs abi_version() >= the
 * DRAWDOWN_ABI_VERSION that it was compiled with. */
DRAWDOWN_C_EXPORT uint32_t drawdown_abi_version(void);
/* "0.1.0"; static. */
DRAWDOWN_C_EXPORT const char* drawdown_version(void);
/* Of this header, for #if: drawdown_version() is that of the library. */
#define DRAWDOWN_VERSION_MAJOR 0
#define DRAWDOWN_VERSION_MINOR 1
#define DRAWDOWN_VERSION_PATCH 0

/* --- values ---------------------------------------------------------------- */
typedef struct drawdown_text {
  const char* data;
  uint64_t size;
} drawdown_text;
#define DRAWDOWN_NUL_TERMINATED UINT64_MAX
static inline drawdown_text drawdown_str(const char* nul_terminated) {
  drawdown_text text;
  text.data = nul_terminated;
  text.size = nul_terminated == NULL ? 0 : (uint64_t)strlen(nul_terminated);
  return text;
}

/* Two's complement, as __int128 has it on little-endian machines. */
typedef struct drawdown_int128 {
  uint64_t low;
  int64_t high;
} drawdown_int128;
static inline drawdown_int128 drawdown_int128_of(int64_t value) {
  drawdown_int128 wide;
  wide.low = (uint64_t)value;
  wide.high = value < 0 ? -1 : 0;
  return wide;
}

#define DRAWDOWN_UNSET INT64_MIN

/* --- codes ------------------------------------------------------------------
 * Up to 399 they are those of drawdown::ErrorCode (drawdown/status.h). */
#define DRAWDOWN_OK 0
#define DRAWDOWN_BAD_NUMBER 101
#define DRAWDOWN_BAD_TIME 102
#define DRAWDOWN_BAD_CSV 103
#define DRAWDOWN_MISSING_COLUMN 104
#define DRAWDOWN_BAD_ROW 105
#define DRAWDOWN_CONFLICT 106
#define DRAWDOWN_BAD_CONTRACT 107
#define DRAWDOWN_UNKNOWN_FORMAT 108
#define DRAWDOWN_UNKNOWN_NAME 109
#define DRAWDOWN_TOO_OLD 110
#define DRAWDOWN_OVERFLOW 111
#define DRAWDOWN_BAD_INPUT 112
#define DRAWDOWN_INVALID_ARGUMENT 201
#define DRAWDOWN_NOT_FOUND 202
#define DRAWDOWN_WRONG_STATE 203
#define DRAWDOWN_UNSUPPORTED 204
#define DRAWDOWN_HOLD_REQUIRED 205
#define DRAWDOWN_NOT_A_LEDGER 301
#define DRAWDOWN_LEDGER_EXISTS 302
#define DRAWDOWN_LEDGER_VERSION 303
#define DRAWDOWN_UNSUPPORTED_LMDB 304
#define DRAWDOWN_UNSUPPORTED_FILESYSTEM 305
#define DRAWDOWN_BUSY 306
#define DRAWDOWN_DISK_FULL 307
#define DRAWDOWN_IO 308
#define DRAWDOWN_CORRUPT 309
#define DRAWDOWN_ALREADY_OPEN 310
#define DRAWDOWN_FORKED 311
#define DRAWDOWN_UNCERTAIN 312
#define DRAWDOWN_VERIFY_FAILED 313
#define DRAWDOWN_FOREIGN_NAMESPACE 314
/* Of this interface alone. */
#define DRAWDOWN_BAD_HANDLE 401 /* closed, of another kind, or made up */
#define DRAWDOWN_BAD_STRUCT 402 /* struct_size, or a reserved field */
#define DRAWDOWN_OUT_OF_MEMORY 403
#define DRAWDOWN_INTERNAL 404 /* an exception: please report it */
#define DRAWDOWN_WRONG_TYPE 405 /* the table's column is of another type */

/* "busy", "bad_handle"; "unknown" for a number that this library does not
 * know. Static. */
DRAWDOWN_C_EXPORT const char* drawdown_code_name(int32_t code);

/* --- errors ---------------------------------------------------------------- */
typedef uint64_t drawdown_error;
/* DRAWDOWN_OK for 0, DRAWDOWN_BAD_HANDLE for what is no error object. */
DRAWDOWN_C_EXPORT int32_t drawdown_error_code(drawdown_error error);
/* One line, or one per problem of an input. Valid until the error is freed; ""
 * for what is no error object. */
DRAWDOWN_C_EXPORT const char* drawdown_error_message(drawdown_error error);
DRAWDOWN_C_EXPORT int32_t drawdown_error_free(drawdown_error error);

/* --- Arrow ------------------------------------------------------------------
 * https://arrow.apache.org/docs/format/CDataInterface.html and
 * CStreamInterface.html: the structs are the standard's, so that they are the
 * same types in every library that has them. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
#endif

/* --- tables -----------------------------------------------------------------
 * Every answer with rows is a table: columns of one type each, read cell by
 * cell or taken whole as an Arrow stream. It is a copy: it does not change and
 * outlives its ledger. */
typedef uint64_t drawdown_table;

#define DRAWDOWN_COLUMN_INT64 1
#define DRAWDOWN_COLUMN_DECIMAL 2 /* drawdown_int128 x 10^-scale */
#define DRAWDOWN_COLUMN_TEXT 3
#define DRAWDOWN_COLUMN_TIME 4 /* an instant, as int64 */
#define DRAWDOWN_COLUMN_BOOL 5 /* 0 or 1, as int64 */

typedef struct drawdown_column {
  uint32_t struct_size;
  int32_t type;
  int32_t scale; /* of a decimal: 6 for GPU-seconds and GPUs, 18 for money */
  uint32_t reserved;
  const char* name; /* valid as long as the table */
} drawdown_column;
#define DRAWDOWN_COLUMN_INIT {sizeof(drawdown_column), 0, 0, 0, NULL}

DRAWDOWN_C_EXPORT int32_t drawdown_table_shape(drawdown_table table,
                                               uint64_t* rows,
                                               uint32_t* columns,
                                               drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_table_column(drawdown_table table,
                                                uint32_t column,
                                                drawdown_column* out,
                                                drawdown_error* error);
/* DRAWDOWN_NOT_FOUND names the columns there are. */
DRAWDOWN_C_EXPORT int32_t drawdown_table_find(drawdown_table table,
                                              drawdown_text name,
                                              uint32_t* column,
                                              drawdown_error* error);
/* A cell. An absent value sets *is_null to 1 and the value to 0 or "".
 * DRAWDOWN_WRONG_TYPE, DRAWDOWN_INVALID_ARGUMENT past the last row or column. */
DRAWDOWN_C_EXPORT int32_t drawdown_table_int64(drawdown_table table,
                                               uint64_t row, uint32_t column,
                                               int64_t* value, uint8_t* is_null,
                                               drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_table_decimal(drawdown_table table,
                                                 uint64_t row, uint32_t column,
                                                 drawdown_int128* value,
                                                 uint8_t* is_null,
                                                 drawdown_error* error);
/* Valid as long as the table; not zero-terminated. */
DRAWDOWN_C_EXPORT int32_t drawdown_table_text(drawdown_table table,
                                              uint64_t row, uint32_t column,
                                              drawdown_text* value,
                                              uint8_t* is_null,
                                              drawdown_error* error);
/* What the reader should know of the answer, a line each. */
DRAWDOWN_C_EXPORT int32_t drawdown_table_notes(drawdown_table table,
                                               uint64_t* count,
                                               drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_table_note(drawdown_table table,
                                              uint64_t index,
                                              drawdown_text* note,
                                              drawdown_error* error);
/* The same cells without a copy: decimals are decimal128(38, scale), instants
 * timestamp[us, UTC], texts large_utf8. The stream holds the table's data by
 * itself: the table may be closed. Released by whoever consumes it. */
DRAWDOWN_C_EXPORT int32_t drawdown_table_arrow(drawdown_table table,
                                               struct ArrowArrayStream* out,
                                               drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_table_close(drawdown_table table,
                                               drawdown_error* error);

/* --- bytes ------------------------------------------------------------------
 * A text that was made: a statement as CSV, a report. */
typedef uint64_t drawdown_bytes;
/* Valid until the bytes are closed. */
DRAWDOWN_C_EXPORT int32_t drawdown_bytes_view(drawdown_bytes bytes,
                                              drawdown_text* view,
                                              drawdown_error* error);
/* Writes them to a file, which has all of them or is as it was: they are written
 * beside it, as PATH.part, and moved there. Since ABI version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_bytes_save(drawdown_bytes bytes,
                                              drawdown_text path,
                                              drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_bytes_close(drawdown_bytes bytes,
                                               drawdown_error* error);

/* --- the ledger ------------------------------------------------------------ */
typedef uint64_t drawdown_ledger;

typedef struct drawdown_ledger_options {
  uint32_t struct_size;
  uint8_t create_if_missing;
  uint8_t allow_any_filesystem;
  uint16_t reserved;
  int64_t bucket_us; /* of a ledger made now: 1 h, 30 min, 15 min */
  int64_t lock_timeout_us;
  uint64_t map_size_bytes;
  int64_t drain_interval_us; /* 0: only when drawdown_drain is called */
  /* The time source, for tests; NULL: the system clock. Called from any thread,
   * under no lock; must not call back into this library. `now_context` must
   * live until the ledger is closed and every call on it has returned. */
  int64_t (*now_us)(void* now_context);
  void* now_context;
} drawdown_ledger_options;
#define DRAWDOWN_LEDGER_OPTIONS_INIT                                     \
  {                                                                      \
    sizeof(drawdown_ledger_options), 0, 0, 0, INT64_C(3600000000),       \
        INT64_C(5000000), UINT64_C(68719476736), INT64_C(1000000), NULL, \
        NULL                                                             \
  }

/* Ledger::Open. */
DRAWDOWN_C_EXPORT int32_t drawdown_ledger_open(
    drawdown_text directory, const drawdown_ledger_options* options,
    drawdown_ledger* out, drawdown_error* error);
/* Ledger::Create: a new one, which is not opened. */
DRAWDOWN_C_EXPORT int32_t drawdown_ledger_create(
    drawdown_text directory, const drawdown_ledger_options* options,
    drawdown_error* error);
/* Calls in progress in other threads finish first, and the last of them closes
 * it. Meters go on counting. */
DRAWDOWN_C_EXPORT int32_t drawdown_ledger_close(drawdown_ledger ledger,
                                                drawdown_error* error);
/* One row: directory, uuid, format, bucket_us, created, entries, chain_hash. */
DRAWDOWN_C_EXPORT int32_t drawdown_ledger_info(drawdown_ledger ledger,
                                               drawdown_table* out,
                                               drawdown_error* error);
/* Ledger::Verify. *ok is 1 when the books are sound, else 0 with the findings
 * as the table's rows; `findings` may be NULL. */
DRAWDOWN_C_EXPORT int32_t drawdown_verify(drawdown_ledger ledger, uint8_t* ok,
                                          drawdown_table* findings,
                                          drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_backup(drawdown_ledger ledger,
                                          drawdown_text destination,
                                          drawdown_error* error);
/* Salvage. One row: entries_read, entries_lost, runs, usage_records, contracts;
 * its notes are the losses. `out` may be NULL. */
DRAWDOWN_C_EXPORT int32_t drawdown_salvage(drawdown_text directory,
                                           drawdown_text destination,
                                           drawdown_table* out,
                                           drawdown_error* error);

/* --- meters -----------------------------------------------------------------
 * A meter is a number that stays valid until the process ends, also when its
 * ledger is closed; it needs no closing. One that is made up counts nothing, and
 * drawdown_try_record of it is DRAWDOWN_TRY_BUSY. */
typedef uint64_t drawdown_meter;

/* Ledger::meter. With `strict` unknown names are DRAWDOWN_UNKNOWN_NAME. */
DRAWDOWN_C_EXPORT int32_t drawdown_meter_bind(drawdown_ledger ledger,
                                              drawdown_text tenant,
                                              drawdown_text pool,
                                              uint8_t strict,
                                              drawdown_meter* out,
                                              drawdown_error* error);
/* Ledger::meters: tenants[i] and pools[i] give out[i]; all or none. */
DRAWDOWN_C_EXPORT int32_t drawdown_meter_bind_many(
    drawdown_ledger ledger, const drawdown_text* tenants,
    const drawdown_text* pools, uint64_t count, uint8_t strict,
    drawdown_meter* out, drawdown_error* error);

/* Meter::Record: wait-free, exact. Negative amounts are not added. */
DRAWDOWN_C_EXPORT void drawdown_record(drawdown_meter meter, int64_t gpu_us);
/* amounts[i] to meters[i]. */
DRAWDOWN_C_EXPORT void drawdown_record_batch(const drawdown_meter* meters,
                                             const int64_t* gpu_us,
                                             uint64_t count);
/* Each of them to one meter: the same as calling drawdown_record `count` times,
 * but the sum is recorded at once. Negative ones are not added. */
DRAWDOWN_C_EXPORT void drawdown_record_many(drawdown_meter meter,
                                            const int64_t* gpu_us,
                                            uint64_t count);

#define DRAWDOWN_ADMITTED 0
#define DRAWDOWN_QUOTA_EXCEEDED 1
#define DRAWDOWN_TRY_BUSY 2
/* Meter::TryRecord. Returns one of the three. */
DRAWDOWN_C_EXPORT int32_t drawdown_try_record(drawdown_meter meter,
                                              int64_t gpu_us);
/* Each by itself: decisions[i] is that of amounts[i] to meters[i]. */
DRAWDOWN_C_EXPORT void drawdown_try_record_batch(const drawdown_meter* meters,
                                                 const int64_t* gpu_us,
                                                 uint64_t count,
                                                 uint8_t* decisions);

typedef struct drawdown_drain_result {
  uint32_t struct_size;
  uint8_t flipped;
  uint8_t reserved[3];
  uint64_t meters;
  drawdown_int128 gpu_us;
  uint64_t files;
  uint64_t retired;
  uint64_t regressions;
} drawdown_drain_result;
#define DRAWDOWN_DRAIN_RESULT_INIT \
  { sizeof(drawdown_drain_result), 0, {0}, 0, {0, 0}, 0, 0, 0 }
/* Ledger::Drain; `result` may be NULL. */
DRAWDOWN_C_EXPORT int32_t drawdown_drain(drawdown_ledger ledger,
                                         drawdown_drain_result* result,
                                         drawdown_error* error);
/* Ledger::Live, a row per meter: tenant, pool, open (GPU-seconds), undrained. Its
 * notes say whether the background drain failed, and, since ABI version 5, how
 * many negative amounts were given to drawdown_record and not added. */
DRAWDOWN_C_EXPORT int32_t drawdown_live(drawdown_ledger ledger,
                                        drawdown_table* out,
                                        drawdown_error* error);

/* --- admissions -------------------------------------------------------------
 * A refusal is an answer, not an error: the call returns DRAWDOWN_OK and, in
 * place of 0, a table of one row: tenant, pool, period, limit, asked, used,
 * held, reserved (GPU-seconds, or GPUs where the period is at_once), resets_at,
 * description, and, since ABI version 5, rolling_us, contract, commitment, and,
 * since ABI version 7, id: of several that were asked for together, the hold or
 * the run with whose the sum did not fit; asked is then the sum up to it.
 * `refusal` must not be NULL where there is one. */

/* --- runs ------------------------------------------------------------------ */
typedef struct drawdown_run_start {
  uint32_t struct_size;
  uint32_t attempt;
  drawdown_text run_id;
  drawdown_text tenant;
  drawdown_text pool;
  int64_t micro_gpus;
  int64_t at_us;
  drawdown_text hold_id; /* "": none */
  drawdown_text device;  /* "": whole GPUs */
  int64_t share_num;     /* share of the device */
  int64_t share_den;
  uint8_t strict;
  uint8_t reserved[7];
} drawdown_run_start;
#define DRAWDOWN_RUN_START_INIT                                               \
  {                                                                           \
    sizeof(drawdown_run_start), 1, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0,     \
        {NULL, 0}, {NULL, 0}, 0, 1, 0, {0}                                    \
  }

#define DRAWDOWN_STOP_UNKNOWN 0
#define DRAWDOWN_STOP_DONE 1
#define DRAWDOWN_STOP_FAILED 2
#define DRAWDOWN_STOP_PREEMPTED 3
#define DRAWDOWN_STOP_NODE_FAILURE 4
#define DRAWDOWN_STOP_CANCELLED 5
#define DRAWDOWN_STOP_LOST 6

/* Ledger::StartRuns: all or none, one commit. */
DRAWDOWN_C_EXPORT int32_t drawdown_run_start_many(
    drawdown_ledger ledger, const drawdown_run_start* starts, uint64_t count,
    drawdown_table* refusal, drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_run_resize(drawdown_ledger ledger,
                                              drawdown_text run_id,
                                              uint32_t attempt,
                                              int64_t micro_gpus, int64_t at_us,
                                              drawdown_table* refusal,
                                              drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_run_suspend(drawdown_ledger ledger,
                                               drawdown_text run_id,
                                               uint32_t attempt, int64_t at_us,
                                               drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_run_resume(drawdown_ledger ledger,
                                              drawdown_text run_id,
                                              uint32_t attempt, int64_t at_us,
                                              drawdown_table* refusal,
                                              drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_run_stop(drawdown_ledger ledger,
                                            drawdown_text run_id,
                                            uint32_t attempt, int64_t at_us,
                                            int32_t reason,
                                            drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_run_heartbeat(drawdown_ledger ledger,
                                                 drawdown_text run_id,
                                                 uint32_t attempt,
                                                 int64_t at_us,
                                                 drawdown_error* error);
/* Ledger::ConfirmGhost. DRAWDOWN_UNSET: the pool's lease; the clock. */
DRAWDOWN_C_EXPORT int32_t drawdown_run_confirm_ghost(
    drawdown_ledger ledger, drawdown_text run_id, uint32_t attempt,
    int64_t lease_us, int64_t at_us, drawdown_error* error);

typedef struct drawdown_heartbeat {
  uint32_t struct_size;
  uint32_t attempt;
  drawdown_text run_id;
  int64_t at_us;
} drawdown_heartbeat;
#define DRAWDOWN_HEARTBEAT_INIT {sizeof(drawdown_heartbeat), 1, {NULL, 0}, 0}
/* Ledger::HeartbeatRuns: many with one commit. *fresh (may be NULL) is how many
 * were newer than what was known. `refused` (may be NULL) has a row per run that
 * is unknown or over: why; the others were taken. Since ABI version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_run_heartbeat_many(
    drawdown_ledger ledger, const drawdown_heartbeat* heartbeats,
    uint64_t count, uint64_t* fresh, drawdown_table* refused,
    drawdown_error* error);
/* Ledger::Ghosts: run_id, attempt, tenant, pool, gpus, last_sign, heartbeat (1:
 * that was one), lease_us, since (GPU-seconds that it accrued since then).
 * lease_us DRAWDOWN_UNSET: each pool's. Since ABI version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_ghosts(drawdown_ledger ledger,
                                          drawdown_text tenant,
                                          drawdown_text pool, int64_t lease_us,
                                          int64_t at_us, drawdown_table* out,
                                          drawdown_error* error);

#define DRAWDOWN_RUN_ANY_STATE (-1)
#define DRAWDOWN_RUN_NEVER_STARTED 0
#define DRAWDOWN_RUN_OPEN 1
#define DRAWDOWN_RUN_SUSPENDED 2
#define DRAWDOWN_RUN_ENDED 3
#define DRAWDOWN_RUN_VOIDED 4
typedef struct drawdown_run_query {
  uint32_t struct_size;
  int32_t state;
  drawdown_text tenant; /* at or below; "": all */
  drawdown_text pool;   /* selector; "": all */
  drawdown_text run_id; /* exactly; "": all */
  drawdown_text array;  /* its tasks; "": all */
  uint64_t limit;       /* 0: no limit */
  /* Since ABI version 5: page by page, with a limit and the last run of the page
   * before. Runs are in the order of ids, and of attempts. */
  drawdown_text after_run_id; /* "": from the first */
  uint32_t after_attempt;
  uint32_t reserved;
} drawdown_run_query;
#define DRAWDOWN_RUN_QUERY_INIT                                              \
  {                                                                          \
    sizeof(drawdown_run_query), DRAWDOWN_RUN_ANY_STATE, {NULL, 0}, {NULL, 0}, \
        {NULL, 0}, {NULL, 0}, 0, {NULL, 0}, 0, 0                             \
  }
/* A row per run: run_id, attempt, tenant, pool, state, reason, source_state,
 * gpus (of the last segment), start, end, segments, device, share, sequence. */
DRAWDOWN_C_EXPORT int32_t drawdown_runs(drawdown_ledger ledger,
                                        const drawdown_run_query* query,
                                        drawdown_table* out,
                                        drawdown_error* error);
/* A row per segment: run_id, attempt, tenant, pool, gpus, start, end (null:
 * open), suspended. The limit is of runs. */
DRAWDOWN_C_EXPORT int32_t drawdown_segments(drawdown_ledger ledger,
                                            const drawdown_run_query* query,
                                            drawdown_table* out,
                                            drawdown_error* error);

/* --- holds ----------------------------------------------------------------- */
typedef struct drawdown_hold_request {
  uint32_t struct_size;
  uint8_t strict;
  uint8_t reserved[3];
  drawdown_text hold_id;
  drawdown_text tenant;
  drawdown_text pool;
  drawdown_int128 gpu_us;
  int64_t micro_gpus;
  int64_t ttl_us;
} drawdown_hold_request;
#define DRAWDOWN_HOLD_REQUEST_INIT                                           \
  {                                                                          \
    sizeof(drawdown_hold_request), 0, {0}, {NULL, 0}, {NULL, 0}, {NULL, 0},  \
        {0, 0}, 0, INT64_C(3600000000)                                       \
  }
typedef struct drawdown_hold_renewal {
  uint32_t struct_size;
  uint32_t renewal; /* 1, 2, ... */
  drawdown_text hold_id;
  drawdown_int128 charge_gpu_us;
  drawdown_int128 extend_gpu_us;
  int64_t ttl_us; /* from now; 0: an hour, or as long as it lasts anyway */
} drawdown_hold_renewal;
#define DRAWDOWN_HOLD_RENEWAL_INIT                                 \
  {                                                                \
    sizeof(drawdown_hold_renewal), 0, {NULL, 0}, {0, 0}, {0, 0}, 0 \
  }
#define DRAWDOWN_OVERDRAFT_BOOK 0
#define DRAWDOWN_OVERDRAFT_REFUSE 1

/* Ledger::PlaceHolds: all or none. */
DRAWDOWN_C_EXPORT int32_t drawdown_hold_place(
    drawdown_ledger ledger, const drawdown_hold_request* requests,
    uint64_t count, drawdown_table* refusal, drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_hold_renew(
    drawdown_ledger ledger, const drawdown_hold_renewal* renewal,
    drawdown_table* refusal, drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_hold_settle(drawdown_ledger ledger,
                                               drawdown_text hold_id,
                                               drawdown_int128 used_gpu_us,
                                               int32_t overdraft,
                                               drawdown_table* refusal,
                                               drawdown_error* error);
DRAWDOWN_C_EXPORT int32_t drawdown_hold_release(drawdown_ledger ledger,
                                                drawdown_text hold_id,
                                                drawdown_error* error);
/* Ledger::QuoteHold, a row per statement line that would change: contract,
 * commitment, kind, unit_price, gpu_seconds, cost (none where it is unpriced),
 * currency. */
DRAWDOWN_C_EXPORT int32_t drawdown_hold_quote(
    drawdown_ledger ledger, const drawdown_hold_request* request,
    drawdown_table* refusal, drawdown_table* lines, drawdown_error* error);

#define DRAWDOWN_HOLD_ANY_STATE (-1)
#define DRAWDOWN_HOLD_OPEN 0
#define DRAWDOWN_HOLD_EXPIRED 1
#define DRAWDOWN_HOLD_SETTLED 2
#define DRAWDOWN_HOLD_RELEASED 3
typedef struct drawdown_hold_query {
  uint32_t struct_size;
  int32_t state;
  drawdown_text tenant;
  drawdown_text pool;
  drawdown_text hold_id;
  uint64_t limit;
  int64_t at_us;
  /* Since ABI version 5: only holds with a greater id; "": from the first. */
  drawdown_text after_hold_id;
} drawdown_hold_query;
#define DRAWDOWN_HOLD_QUERY_INIT                                              \
  {                                                                           \
    sizeof(drawdown_hold_query), DRAWDOWN_HOLD_ANY_STATE, {NULL, 0},          \
        {NULL, 0}, {NULL, 0}, 0, DRAWDOWN_UNSET, {NULL, 0}                    \
  }
/* A row per hold: hold_id, tenant, pool, state, gpu_seconds, charged, drawn,
 * held, gpus, run_id, attempt, placed, expires, renewals, and, since ABI version
 * 7, held_gpus. */
DRAWDOWN_C_EXPORT int32_t drawdown_holds(drawdown_ledger ledger,
                                         const drawdown_hold_query* query,
                                         drawdown_table* out,
                                         drawdown_error* error);
/* Ledger::Exhaustions, soonest first: kind, at, hold_id, run_id, attempt,
 * tenant, pool, period, and, since ABI version 5, rolling_us, contract,
 * commitment: tenant to commitment are the quota, null of a hold. */
DRAWDOWN_C_EXPORT int32_t drawdown_exhaustions(drawdown_ledger ledger,
                                               drawdown_table* out,
                                               drawdown_error* error);
/* Which open runs draw on the quotas that run out, soonest first, a row for each
 * of a quota's ten with most GPUs, most first: at, quota_tenant, quota_pool,
 * period, run_id, attempt, tenant, pool, gpus, runs (how many there are under
 * the quota), and, since ABI version 5, rolling_us, contract, commitment. The
 * quota, which is quota_tenant, quota_pool, period and these three, is what
 * joins this with drawdown_exhaustions: a quota is there once, with its first
 * `at`, which is the present instant if it is out already. Since ABI version 4.
 */
DRAWDOWN_C_EXPORT int32_t drawdown_exhaustion_runs(drawdown_ledger ledger,
                                                   drawdown_table* out,
                                                   drawdown_error* error);

/* --- quotas ---------------------------------------------------------------- */
#define DRAWDOWN_PERIOD_TOTAL 0
#define DRAWDOWN_PERIOD_MONTH 1
#define DRAWDOWN_PERIOD_INTERVAL 2
#define DRAWDOWN_PERIOD_ROLLING 3
#define DRAWDOWN_PERIOD_AT_ONCE 4
typedef struct drawdown_quota_setting {
  uint32_t struct_size;
  int32_t period;
  drawdown_text tenant;
  drawdown_text pool; /* selector */
  int64_t rolling_us;
  drawdown_text contract;
  drawdown_text commitment;
  uint8_t unlimited; /* 1: takes the limit away */
  uint8_t soft;
  uint8_t slice;
  uint8_t lends; /* 1: `lending` of the slice is lent */
  uint32_t reserved;
  drawdown_int128 nominal; /* GPU-microseconds; micro-GPUs for AT_ONCE */
  drawdown_int128 lending;
  drawdown_int128 borrowing;
  int64_t from_us; /* DRAWDOWN_UNSET: now */
} drawdown_quota_setting;
#define DRAWDOWN_QUOTA_SETTING_INIT                                          \
  {                                                                          \
    sizeof(drawdown_quota_setting), DRAWDOWN_PERIOD_MONTH, {NULL, 0},        \
        {"*", 1}, 0, {NULL, 0}, {NULL, 0}, 0, 0, 0, 0, 0, {0, 0}, {0, 0},    \
        {0, 0}, DRAWDOWN_UNSET                                               \
  }
/* Ledger::SetQuota; *changed (may be NULL) is 0 when it was so already. */
DRAWDOWN_C_EXPORT int32_t drawdown_quota_set(
    drawdown_ledger ledger, const drawdown_quota_setting* setting,
    uint8_t* changed, drawdown_error* error);
/* A row per quota: tenant, pool, period, rolling_us, contract, commitment,
 * limited, soft, slice, nominal, lending, borrowing, used, held, reserved,
 * available (GPU-seconds or GPUs), window_start, window_end (null: since ever,
 * for ever), from, and, since ABI version 5, accruing (GPUs by which used + held
 * grows now). lending is null where nothing is lent. */
DRAWDOWN_C_EXPORT int32_t drawdown_quotas(drawdown_ledger ledger,
                                          drawdown_text tenant, int64_t at_us,
                                          drawdown_table* out,
                                          drawdown_error* error);
/* Ledger::ExplainQuota: would this fit, and if not why and who holds what. The
 * table has a row per holder: hold_id, tenant, pool, held, run_id, attempt,
 * expires, borrows, period. */
DRAWDOWN_C_EXPORT int32_t drawdown_quota_explain(
    drawdown_ledger ledger, drawdown_text tenant, drawdown_text pool,
    drawdown_int128 gpu_us, int64_t micro_gpus, int64_t at_us,
    drawdown_table* refusal, drawdown_table* holders, drawdown_error* error);
/* Limits of the same quotas as drawdown_quotas' that begin after at_us, soonest
 * first: tenant, pool, period, rolling_us, contract, commitment, from, limited
 * (0: no limit from then on), soft, slice, nominal, lending, borrowing. Since ABI
 * version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_quota_changes(drawdown_ledger ledger,
                                                 drawdown_text tenant,
                                                 int64_t at_us,
                                                 drawdown_table* out,
                                                 drawdown_error* error);
/* What else Ledger::ExplainQuota says of the same question. `quotas`: those over
 * the tenant, from it upward, with the columns of drawdown_quotas. `users`: the
 * runs that used most of the refusing quota, else of each of them, at most ten
 * each: quota_tenant, quota_pool, period, run_id, attempt, tenant, pool, gpus
 * (that it has now), used, runs (how many used something of the quota),
 * rolling_us, contract, commitment. Either may be NULL. Since ABI version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_quota_users(
    drawdown_ledger ledger, drawdown_text tenant, drawdown_text pool,
    drawdown_int128 gpu_us, int64_t micro_gpus, int64_t at_us,
    drawdown_table* quotas, drawdown_table* users, drawdown_error* error);

/* --- imports --------------------------------------------------------------- */
typedef struct drawdown_import_options {
  uint32_t struct_size;
  uint8_t strict;
  uint8_t reserved[3];
  drawdown_text zone; /* of naive times; "": they are errors */
  /* Pairs: columns[2 i] is our column's name, columns[2 i + 1] the file's. */
  const drawdown_text* columns;
  uint64_t column_pairs;
  /* Pairs: our column's name and its value in every row. */
  const drawdown_text* constants;
  uint64_t constant_pairs;
  uint64_t max_problems;
  /* Called from the importing thread, at most every 100 ms, under no lock. */
  void (*progress)(void* progress_context, const char* phase, uint64_t done,
                   uint64_t total);
  void* progress_context;
  /* Since ABI version 5: called with each line that the reader should know when
   * all is booked, of columns that were not read, say. From the same thread. */
  void (*note)(void* note_context, const char* line);
  void* note_context;
} drawdown_import_options;
#define DRAWDOWN_IMPORT_OPTIONS_INIT                                     \
  {                                                                      \
    sizeof(drawdown_import_options), 0, {0}, {NULL, 0}, NULL, 0, NULL, 0, \
        20, NULL, NULL, NULL, NULL                                       \
  }
typedef struct drawdown_import_result {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t rows;
  uint64_t inserted;
  uint64_t updated;
  uint64_t unchanged;
  uint64_t open;
  uint64_t never_started;
  uint64_t zero_gpu;
} drawdown_import_result;
#define DRAWDOWN_IMPORT_RESULT_INIT \
  { sizeof(drawdown_import_result), 0, 0, 0, 0, 0, 0, 0, 0 }

#define DRAWDOWN_IMPORT_RUNS 1
#define DRAWDOWN_IMPORT_USAGE 2
#define DRAWDOWN_IMPORT_CAPACITY 3
#define DRAWDOWN_IMPORT_SACCT 4
/* Files as docs/formats.md says; `result` may be NULL. */
DRAWDOWN_C_EXPORT int32_t drawdown_import_files(
    drawdown_ledger ledger, int32_t kind, const drawdown_text* paths,
    uint64_t count, const drawdown_import_options* options,
    drawdown_import_result* result, drawdown_error* error);
/* RUNS: columns run_id, tenant, pool, gpus, start, end and, if there, state and
 * attempt. USAGE: usage_id, tenant, pool, start, end, gpu_seconds. Texts, or of
 * numbers integers and decimals, of instants timestamps (without a zone only if
 * options->zone gives one); dictionaries are read. Never floating point. `columns`
 * and `constants` apply. Whole or not at all for each 65,536 rows: repeat it
 * after a failure. Takes the stream and releases it. */
DRAWDOWN_C_EXPORT int32_t drawdown_import_arrow(
    drawdown_ledger ledger, int32_t kind, struct ArrowArrayStream* stream,
    const drawdown_import_options* options, drawdown_import_result* result,
    drawdown_error* error);
/* Ledger::CorrectRunsFile. */
DRAWDOWN_C_EXPORT int32_t drawdown_correct_runs(
    drawdown_ledger ledger, drawdown_text path, drawdown_text reason,
    const drawdown_import_options* options, drawdown_import_result* result,
    drawdown_error* error);

/* --- usage ----------------------------------------------------------------- */
#define DRAWDOWN_BY_TENANT 0
#define DRAWDOWN_BY_POOL 1
#define DRAWDOWN_BY_HOUR 2
#define DRAWDOWN_BY_DAY 3
#define DRAWDOWN_BY_MONTH 4
typedef struct drawdown_usage_query {
  uint32_t struct_size;
  uint8_t net; /* adds the column waived */
  uint8_t reserved[3];
  const int32_t* by; /* DRAWDOWN_BY_*, in the order of the columns */
  uint64_t by_count;
  int64_t from_us; /* DRAWDOWN_UNSET: from the first */
  int64_t to_us;
  int64_t at_us;
  int64_t as_of_us;
  drawdown_text tenant;
  drawdown_text pool;
  drawdown_text zone; /* "": UTC */
} drawdown_usage_query;
#define DRAWDOWN_USAGE_QUERY_INIT                                             \
  {                                                                           \
    sizeof(drawdown_usage_query), 0, {0}, NULL, 0, DRAWDOWN_UNSET,            \
        DRAWDOWN_UNSET, DRAWDOWN_UNSET, DRAWDOWN_UNSET, {NULL, 0}, {NULL, 0}, \
        {NULL, 0}                                                             \
  }
/* The grouping columns (texts; hour as an instant), then gpu_seconds.
 * DRAWDOWN_INVALID_ARGUMENT for more than a million hours, days or months. */
DRAWDOWN_C_EXPORT int32_t drawdown_usage(drawdown_ledger ledger,
                                         const drawdown_usage_query* query,
                                         drawdown_table* out,
                                         drawdown_error* error);
/* Ledger::VisitJournal from a sequence number on: sequence, recorded, kind,
 * subject, detail. limit 0: all. */
DRAWDOWN_C_EXPORT int32_t drawdown_journal(drawdown_ledger ledger,
                                           uint64_t from_sequence,
                                           uint64_t limit, drawdown_table* out,
                                           drawdown_error* error);

/* --- contracts, statements, bills ------------------------------------------ */
/* Ledger::ApplyContracts: names[i] is what errors call texts[i]. Together or
 * not at all. The table, if not NULL, has a line per contract: outcome. */
DRAWDOWN_C_EXPORT int32_t drawdown_contract_apply(
    drawdown_ledger ledger, const drawdown_text* names,
    const drawdown_text* texts, uint64_t count, drawdown_table* outcome,
    drawdown_error* error);
/* ValidateContract: needs no ledger. */
DRAWDOWN_C_EXPORT int32_t drawdown_contract_validate(drawdown_text name,
                                                     drawdown_text text,
                                                     drawdown_error* error);
/* id, version, provider, currency, term_start, term_end, effective, applied,
 * file_name, text. */
DRAWDOWN_C_EXPORT int32_t drawdown_contracts(drawdown_ledger ledger,
                                             drawdown_table* out,
                                             drawdown_error* error);

typedef struct drawdown_statement_query {
  uint32_t struct_size;
  uint32_t reserved;
  drawdown_text contract;
  drawdown_text period; /* "2026-10", "2026", "A/B" */
  int64_t at_us;
  int64_t as_of_us;
  /* Since ABI version 5: with has_tenant, only the lines of this tenant and of all
   * below it; "": those that no tenant caused. Not for reconciliations. */
  drawdown_text tenant;
  uint8_t has_tenant;
  uint8_t reserved2[7];
} drawdown_statement_query;
#define DRAWDOWN_STATEMENT_QUERY_INIT                               \
  {                                                                 \
    sizeof(drawdown_statement_query), 0, {NULL, 0}, {NULL, 0},      \
        DRAWDOWN_UNSET, DRAWDOWN_UNSET, {NULL, 0}, 0, {0}           \
  }
/* The columns of `statement --format csv` (docs/formats.md), without
 * gpu_hours; cost is null where the line is unpriced. */
DRAWDOWN_C_EXPORT int32_t drawdown_statement(
    drawdown_ledger ledger, const drawdown_statement_query* query,
    drawdown_table* out, drawdown_error* error);
/* What `statement --format FORMAT` prints: csv, json, table, focus, focus-1.4,
 * hledger, beancount. */
DRAWDOWN_C_EXPORT int32_t drawdown_statement_text(
    drawdown_ledger ledger, const drawdown_statement_query* query,
    drawdown_text format, drawdown_bytes* out, drawdown_error* error);
/* Ledger::Status: contract, commitment, interval_start, interval_end, spend,
 * currency (of money), and contracted, delivered, drawn, remaining,
 * burn_rate_per_hour, projected, projected_shortfall (GPU-seconds; null for
 * Spend), their money_* twins (null for Usage), projected_shortfall_cost,
 * exhausted_at, state. */
DRAWDOWN_C_EXPORT int32_t drawdown_status(drawdown_ledger ledger, int64_t at_us,
                                          int64_t as_of_us, drawdown_table* out,
                                          drawdown_error* error);

typedef struct drawdown_reconcile_options {
  uint32_t struct_size;
  uint8_t has_tolerance; /* 1: `tolerance` is meant */
  uint8_t reserved[3];
  drawdown_int128 tolerance; /* money, 1e-18 */
  /* Since ABI version 3: */
  uint64_t memory_bytes;    /* 2^16 to 2^40, or 0: the default, 2^26 */
  drawdown_text tenant_tag; /* "": tenants are not compared */
  /* Since ABI version 5: *text is what `reconcile --format FORMAT` prints, of
   * table, csv (the breaks) and json; 0 after an error. */
  drawdown_text text_format; /* "": none */
  drawdown_bytes* text;
  /* Since ABI version 6: 1: each bill is a whole delivery, and of what two have
   * the last named counts (BillOptions::snapshots). DRAWDOWN_UNSUPPORTED of an
   * Arrow stream. */
  uint8_t snapshots;
  uint8_t reserved2[7];
  /* Since ABI version 7: how a bill is read whose columns do not say it, a
   * stream's too. `mapping` is the path of a mapping file (docs/bills.md), which
   * may say wrong things like any file: DRAWDOWN_BAD_INPUT, with its line.
   * `bill_format` is what `--as` takes, azure-actual and so on; another name is
   * DRAWDOWN_INVALID_ARGUMENT. Of both the mapping counts. "": neither. */
  drawdown_text mapping;
  drawdown_text bill_format;
} drawdown_reconcile_options;
#define DRAWDOWN_RECONCILE_OPTIONS_INIT                                \
  {                                                                    \
    sizeof(drawdown_reconcile_options), 0, {0}, {0, 0}, 0, {NULL, 0}, \
        {NULL, 0}, NULL, 0, {0}, {NULL, 0}, {NULL, 0}                  \
  }
/* Ledger::Reconcile of bill files. *clean is 1 when there is nothing but what a
 * clean month has. `breaks` has the columns of `--breaks` (docs/formats.md),
 * with rows, quantity_effect and price_effect, GPU time in GPU-seconds alone,
 * and, since ABI version 3, amount: what the costs are of, BilledCost,
 * EffectiveCost or none (ReconcileResult::amount), the same in every row.
 * `checks` has name, outcome, detail. Either may be NULL. */
DRAWDOWN_C_EXPORT int32_t drawdown_reconcile_files(
    drawdown_ledger ledger, const drawdown_statement_query* query,
    const drawdown_text* bills, uint64_t count,
    const drawdown_reconcile_options* options, uint8_t* clean,
    drawdown_table* breaks, drawdown_table* checks, drawdown_error* error);
/* The same of a bill that is an Arrow stream, whose columns are those of its
 * format's CSV: FOCUS, mostly. Text, integers, decimals, booleans, dates and
 * timestamps; maps of texts, such as Tags, as JSON. A column of another type is
 * DRAWDOWN_UNSUPPORTED, floating point above all: cast costs to decimals. Only
 * columns x_* of such types are left out, and other lists and structs; `breaks`
 * has a note of each. A line's tolerance, half a unit of its last published
 * place, is told from a decimal's digits without trailing zeros. Takes
 * the stream and releases it. Since ABI version 2. */
DRAWDOWN_C_EXPORT int32_t drawdown_reconcile_arrow(
    drawdown_ledger ledger, const drawdown_statement_query* query,
    struct ArrowArrayStream* bill, const drawdown_reconcile_options* options,
    uint8_t* clean, drawdown_table* breaks, drawdown_table* checks,
    drawdown_error* error);
/* SummarizeBill: provider, category, currency, rows, billed_cost,
 * effective_cost, list_cost, contracted_cost. Needs no ledger. */
DRAWDOWN_C_EXPORT int32_t drawdown_bill_summary(const drawdown_text* bills,
                                                uint64_t count,
                                                drawdown_table* out,
                                                drawdown_error* error);
/* The same of bills that do not say what they are, or are delivered anew: each
 * member is that of drawdown_reconcile_options. Since ABI version 7. */
typedef struct drawdown_bill_options {
  uint32_t struct_size;
  uint8_t snapshots;
  uint8_t reserved[3];
  drawdown_text mapping;
  drawdown_text bill_format;
} drawdown_bill_options;
#define DRAWDOWN_BILL_OPTIONS_INIT \
  { sizeof(drawdown_bill_options), 0, {0}, {NULL, 0}, {NULL, 0} }
DRAWDOWN_C_EXPORT int32_t drawdown_bill_summary_with(
    const drawdown_text* bills, uint64_t count,
    const drawdown_bill_options* options, drawdown_table* out,
    drawdown_error* error);

/* --- closing, forecasts, the tree of tenants: since ABI version 2 ----------- */
/* Ledger::ClosePeriod of a month, "2026-10". *was_closed (may be NULL) is 1 when
 * it was closed already. `closed` has one row, as drawdown_closed_periods has. */
DRAWDOWN_C_EXPORT int32_t drawdown_period_close(
    drawdown_ledger ledger, drawdown_text contract, drawdown_text period,
    uint8_t* was_closed, drawdown_table* closed, drawdown_error* error);
/* Ledger::ClosedPeriods of a contract ("": of all): contract, period,
 * period_start, period_end, closed, lines, cost, currency, tzdata, chain_hash. */
DRAWDOWN_C_EXPORT int32_t drawdown_closed_periods(drawdown_ledger ledger,
                                                  drawdown_text contract,
                                                  int64_t as_of_us,
                                                  drawdown_table* out,
                                                  drawdown_error* error);

typedef struct drawdown_usage_scale {
  uint32_t struct_size;
  uint32_t reserved;
  drawdown_text tenant; /* and everything below; "": all */
  int64_t factor_micro; /* 1300000 is 1.3 */
} drawdown_usage_scale;
#define DRAWDOWN_USAGE_SCALE_INIT \
  { sizeof(drawdown_usage_scale), 0, {NULL, 0}, 1000000 }
typedef struct drawdown_added_run {
  uint32_t struct_size;
  uint32_t reserved;
  drawdown_text tenant;
  drawdown_text pool;
  int64_t micro_gpus;
  int64_t start_us;
  int64_t end_us;
} drawdown_added_run;
#define DRAWDOWN_ADDED_RUN_INIT \
  { sizeof(drawdown_added_run), 0, {NULL, 0}, {NULL, 0}, 0, 0, 0 }
typedef struct drawdown_forecast_query {
  uint32_t struct_size;
  uint32_t intervals;     /* of each commitment, if until_us is not given */
  drawdown_text contract; /* "": all */
  int64_t at_us;
  int64_t as_of_us;
  int64_t until_us;
  /* What if: commitments to exercise, usage to scale, runs to add. */
  const drawdown_text* exercise;
  uint64_t exercise_count;
  const drawdown_usage_scale* scales;
  uint64_t scale_count;
  const drawdown_added_run* runs;
  uint64_t run_count;
} drawdown_forecast_query;
#define DRAWDOWN_FORECAST_QUERY_INIT                                     \
  {                                                                      \
    sizeof(drawdown_forecast_query), 1, {NULL, 0}, DRAWDOWN_UNSET,       \
        DRAWDOWN_UNSET, DRAWDOWN_UNSET, NULL, 0, NULL, 0, NULL, 0        \
  }
/* Ledger::MakeForecast. `intervals` has a row per interval to come: what_if
 * (0: as things go on), contract, commitment, interval_start, interval_end,
 * summed, spend, currency; contracted, available, drawn, projected_low,
 * projected, projected_high, missing_low, missing, missing_high (GPU-seconds;
 * null for Spend), their money_* twins (null for Usage); missing_cost_low,
 * missing_cost, missing_cost_high; exhausted_early, exhausted_at,
 * exhausted_late. `costs` has a row per whole month: what_if, contract,
 * month_start, month_end, cost_low, cost, cost_high, currency. Either may be
 * NULL. */
DRAWDOWN_C_EXPORT int32_t drawdown_forecast(
    drawdown_ledger ledger, const drawdown_forecast_query* query,
    drawdown_table* intervals, drawdown_table* costs, drawdown_error* error);
/* Ledger::DueDates, soonest first: at, contract, kind, subject, detail. Since ABI
 * version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_due_dates(drawdown_ledger ledger,
                                             int64_t at_us, int64_t as_of_us,
                                             drawdown_table* out,
                                             drawdown_error* error);
/* Ledger::Portfolio: currency, contract (null: all of the currency), spend,
 * commitments, committed, committed_by_now, contracted, drawn,
 * projected_shortfall_cost. Since ABI version 5. */
DRAWDOWN_C_EXPORT int32_t drawdown_portfolio(drawdown_ledger ledger,
                                             int64_t at_us, int64_t as_of_us,
                                             drawdown_table* out,
                                             drawdown_error* error);
/* What `report --html` writes. */
DRAWDOWN_C_EXPORT int32_t drawdown_report_html(drawdown_ledger ledger,
                                               drawdown_text contract,
                                               int64_t at_us, int64_t as_of_us,
                                               drawdown_bytes* out,
                                               drawdown_error* error);
/* Ledger::MoveTenant; *changed (may be NULL) is 0 when it was so already. */
DRAWDOWN_C_EXPORT int32_t drawdown_tenant_move(drawdown_ledger ledger,
                                               drawdown_text old_path,
                                               drawdown_text new_path,
                                               int64_t from_us,
                                               uint8_t* changed,
                                               drawdown_error* error);

#ifdef __cplusplus
}
#endif

#endif /* DRAWDOWN_DRAWDOWN_H_ */
