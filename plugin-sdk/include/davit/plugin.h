/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * davit plugin ABI 1.0: the whole boundary between davit and a plugin.
 *
 * A plugin is a shared library that exports one function,
 *
 *     const davit_plugin *davit_plugin_v1(void);
 *
 * which returns static data and has no side effect. davit validates the plugin's configuration against the keys
 * that the descriptor declares, calls `init` once for each [[plugins]] entry of davit.toml, and later calls the
 * handlers that `init` declared, at the phases they are bound to. <davit/phases.def> lists the phases and the info
 * keys.
 *
 * Threads. Every function carries one of three tags, here defined once:
 *   [init]        only inside `init`, on the thread that called it;
 *   [handler]     only inside a handler, on the thread that called it, with the ctx it was given. A call from another
 *                 thread returns DAVIT_ERR_THREAD, a call with the ctx of a handler that has returned DAVIT_ERR_STALE;
 *   [any-thread]  at any time from init's entry until `destroy` returns, from any thread.
 * Two handlers of one instance never run at the same time. Which thread runs them is not promised.
 *
 * Ownership. Nobody frees the other's memory. What a plugin passes is copied before the call returns. What davit
 * hands out lives as long as the comment beside it says, and where it says nothing, until the handler (or init)
 * returns. No function of davit's calls back into the plugin.
 *
 * Text is UTF-8 without NUL. Text from davit is NUL-terminated too; text to davit needs no terminator. Text that is
 * not UTF-8 is refused with DAVIT_ERR_INVALID, but for what fail, init_fail and log are given: a note stands in for it.
 * A database in SQL_ASCII vouches for nothing: its cells hold whatever bytes were stored.
 *
 * What is reserved, and every flag that this header does not name, is 0; anything else is refused.
 *
 * Growth. davit_str, davit_value and davit_cell never change. Every other struct starts with struct_size, the size
 * that its maker knew, and grows only at its end; read a member of a later minor only if struct_size covers it. Such
 * members exist here only when DAVIT_TARGET_MINOR asks for them, so what compiles runs on every davit that has that
 * minor.
 */
#ifndef DAVIT_PLUGIN_H
#define DAVIT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DAVIT_ABI_MAJOR 1
#define DAVIT_ABI_MINOR 0 /* the newest minor that this header describes */

/* The oldest davit that the plugin must load into. Define it before the include, the same in every unit. */
#ifndef DAVIT_TARGET_MINOR
#define DAVIT_TARGET_MINOR 0
#endif

#if DAVIT_TARGET_MINOR > DAVIT_ABI_MINOR
#error "DAVIT_TARGET_MINOR is newer than this davit/plugin.h: install a newer SDK, or lower it"
#endif
#if UINTPTR_MAX != 0xffffffffffffffff
#error "davit plugins are 64-bit only"
#endif

#if defined(__GNUC__) || defined(__clang__)
#define DAVIT_EXPORT __attribute__((visibility("default")))
#define DAVIT_HIDDEN __attribute__((visibility("hidden"))) /* the C++ wrapper's: never shared between libraries */
#else
#define DAVIT_EXPORT
#define DAVIT_HIDDEN
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Text, values, cells: frozen for ever --------------------------------------------------------------------- */

typedef struct davit_str {
  const char *data; /* may be null only if len is 0 */
  size_t len;       /* bytes */
} davit_str;

/* A davit_str from a string literal, usable in static initialisers. */
#define DAVIT_STR(literal)                                                                                             \
  { (literal), sizeof(literal) - 1 }

static inline davit_str davit_cstr(const char *text) {
  davit_str s;
  s.data = text;
  s.len = text ? strlen(text) : 0;
  return s;
}

enum {
  DAVIT_TYPE_NONE = 0, /* absent, unknown, SQL NULL */
  DAVIT_TYPE_BOOL = 1,
  DAVIT_TYPE_I64 = 2,
  DAVIT_TYPE_F64 = 3, /* finite */
  DAVIT_TYPE_STR = 4, /* at most 1 MiB in a stat */
  DAVIT_TYPE_JSON = 5 /* JSON text in `str` */
};

typedef struct davit_value {
  uint32_t type;     /* DAVIT_TYPE_… */
  uint32_t reserved; /* 0 */
  union {
    uint64_t boolean; /* 0 or 1 */
    int64_t i64;
    double f64;
    davit_str str;
  } as;
} davit_value;

/* One field of a result, in PostgreSQL's text format. */
typedef struct davit_cell {
  const char *data; /* NUL-terminated; null if SQL NULL */
  int64_t len;      /* bytes; -1 is SQL NULL */
} davit_cell;

/* ---- Statuses -------------------------------------------------------------------------------------------------- */

/* 0 is success, negative is an error. The positive ones are answers that only a handler gives, and only where
 * phases.def says so; an unknown or illegal status counts as a failure. */
enum {
  DAVIT_OK = 0,
  DAVIT_VETO = 1,         /* refused on purpose: the run stops with exit 7; failure policies don't soften it */
  DAVIT_HANDLED = 2,      /* "I did it myself": only at phases that offer it */
  DAVIT_ERR = -1,         /* failed; the text says why */
  DAVIT_ERR_INVALID = -2, /* an argument is not acceptable */
  DAVIT_ERR_DENIED = -3,  /* a capability is missing */
  DAVIT_ERR_STATE = -4,   /* not now: the phase has no such connection, a stream is open, the transaction is aborted */
  DAVIT_ERR_THREAD = -5,  /* called on another thread than the handler's */
  DAVIT_ERR_STALE = -6,   /* ctx, result or stream of a handler that has returned */
  DAVIT_ERR_SQL = -7,     /* the server refused; last_error has SQLSTATE and message */
  DAVIT_ERR_CANCELLED = -8,    /* deadline or interrupt; `cancelled` tells which */
  DAVIT_ERR_CONNECTION = -9,   /* the session is lost or could not be opened */
  DAVIT_ERR_NOT_FOUND = -10,   /* no such configuration key, handler, phase */
  DAVIT_ERR_TYPE = -11,        /* the value has another type */
  DAVIT_ERR_MEMORY = -12,      /* out of memory */
  DAVIT_ERR_UNSUPPORTED = -13, /* this davit cannot do that */
  DAVIT_ERR_DEADLINE = -14     /* in davit_error: a handler missed its deadline */
};

/* ---- Handles ---------------------------------------------------------------------------------------------------- */

typedef struct davit_host davit_host; /* one per instance; lives until `destroy` returns, or until init has failed */
typedef struct davit_init davit_init; /* lives until `init` returns */
typedef struct davit_ctx davit_ctx; /* lives until the handler returns; never freed, so a late use is refused safely */

/* ---- What davit tells: metadata --------------------------------------------------------------------------------- */

enum { DAVIT_UP = 1, DAVIT_DOWN = 2 };

enum {
  DAVIT_RUN_DRY = 1u << 0 /* everything on the migration's connection will be rolled back */
};

typedef struct davit_run {
  uint32_t struct_size;
  uint32_t flags;        /* DAVIT_RUN_… */
  davit_str id;          /* UUID */
  davit_str command;     /* "up", "down", … */
  davit_str environment; /* `environment` of davit.toml; empty if it has none */
  davit_str database;    /* name of the database; empty before the first connection */
  davit_str host;        /* server's host name or socket folder; empty before the first connection */
  davit_str user;        /* database user; empty before the first connection */
  davit_str hint;        /* [run] hint, hint_owner, hint_token: free text of the operator's */
  davit_str hint_owner;
  davit_str hint_token;
  int64_t started_us; /* microseconds since 1970-01-01 UTC */
} davit_run;

enum {
  DAVIT_MIGRATION_NO_TRANSACTION = 1u << 0, /* statements and in-transaction handlers run in autocommit */
  DAVIT_MIGRATION_ONLINE = 1u << 1
};

typedef struct davit_migration {
  uint32_t struct_size;
  uint32_t flags;     /* DAVIT_MIGRATION_… */
  int32_t direction;  /* DAVIT_UP or DAVIT_DOWN */
  uint32_t attempt;   /* 1 for the first; a lock timeout makes another */
  davit_str version;  /* digits as the file name has them */
  davit_str name;     /* the rest of the file name; may be empty */
  davit_str file;     /* path of the SQL file that is run */
  davit_str checksum; /* SHA-256 of that file, 64 hexadecimal digits */
} davit_migration;

enum { DAVIT_ON_FAILURE_ABORT = 0, DAVIT_ON_FAILURE_WARN = 1, DAVIT_ON_FAILURE_IGNORE = 2 };

/* Why and how the running handler is called. */
typedef struct davit_binding {
  uint32_t struct_size;
  int32_t priority;   /* lower runs first */
  davit_str id;       /* `id` of davit.toml, else "INSTANCE.HANDLER" */
  davit_str instance; /* `name` of the [[plugins]] entry */
  davit_str handler;
  davit_str phase;
  davit_str args;      /* `args` of davit.toml as a JSON object; "{}" without; single ones by info "args.…" */
  int64_t deadline_ms; /* 0: none */
  int32_t on_failure;  /* DAVIT_ON_FAILURE_… */
  uint32_t reserved;
} davit_binding;

typedef struct davit_error {
  uint32_t struct_size;
  int32_t status;     /* DAVIT_ERR_… or DAVIT_VETO */
  davit_str sqlstate; /* five characters, or empty */
  davit_str message;
  davit_str detail; /* may be empty, as all below */
  davit_str hint;
  davit_str file;     /* where the failing statement stands */
  uint32_t line;      /* from 1; 0 if unknown */
  uint32_t column;    /* in characters, from 1; 0 if unknown */
  davit_str instance; /* the plugin that failed, if one did */
  davit_str handler;
  davit_str phase; /* the phase in which it happened */
} davit_error;

/* ---- SQL -------------------------------------------------------------------------------------------------------- */

enum {
  DAVIT_CONN_MIGRATION =
      0,              /* the session that carries the migrations; what phases.def calls "in tx" or "run session" */
  DAVIT_CONN_SIDE = 1 /* a second session in autocommit; survives a rollback of the migration */
};

typedef struct davit_column {
  uint32_t struct_size;
  uint32_t type; /* OID of the type */
  davit_str name;
} davit_column;

typedef struct davit_result {
  uint32_t struct_size;
  uint32_t column_count;
  uint64_t row_count;
  uint64_t rows_affected;             /* 0 for statements that affect none */
  davit_str command;                  /* the server's command tag, "INSERT 0 3" */
  const davit_column *const *columns; /* column_count */
  const davit_cell *cells;            /* row_count × column_count, row by row */
} davit_result;

/* ---- The host table --------------------------------------------------------------------------------------------- */

enum { DAVIT_LOG_DEBUG = 0, DAVIT_LOG_INFO = 1, DAVIT_LOG_WARN = 2, DAVIT_LOG_ERROR = 3 };

enum { DAVIT_CANCEL_NONE = 0, DAVIT_CANCEL_DEADLINE = 1, DAVIT_CANCEL_INTERRUPT = 2, DAVIT_CANCEL_ABANDONED = 3 };

/* Flags of `handler`. */
enum {
  DAVIT_HANDLER_DRY_RUN_SAFE = 1u << 0, /* has no effect outside the database in a dry run */
  DAVIT_HANDLER_CUT_OVER_SAFE = 1u << 1 /* short enough to run while an online migration holds its lock */
};

/* Flags of `bind`. */
enum {
  DAVIT_BIND_OPTIONAL = 1u << 0 /* a davit that doesn't know the phase is no error */
};

/* Returns DAVIT_OK, DAVIT_VETO, DAVIT_HANDLED or an error. What it did on the migration's connection is undone, its
 * stats too, unless it returns DAVIT_OK or DAVIT_HANDLED. It must not let an exception out. */
typedef int32_t (*davit_handler_fn)(void *user, davit_ctx *ctx);

struct davit_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor; /* the newest minor that the running davit has */
  void *impl;         /* davit's own */
  davit_str version;  /* davit's version, "0.1.0" */
  davit_str instance; /* `name` of the [[plugins]] entry */

  /* Declares a handler under a name that davit.toml and the ledger can use. `flags` is DAVIT_HANDLER_….
   * DAVIT_ERR_INVALID if the name is empty, has other characters than [A-Za-z0-9_.-], or is declared already.
   * [init] */
  int32_t (*handler)(const davit_host *host, davit_init *init, davit_str name, davit_handler_fn fn, void *user,
                     uint32_t flags);

  /* Binds a declared handler to a phase; davit.toml may override it. Lower priorities run first; 0 is usual.
   * DAVIT_ERR_NOT_FOUND if there is no such handler, or no such phase and the binding is not optional.
   * [init] */
  int32_t (*bind)(const davit_host *host, davit_init *init, davit_str name, davit_str phase, int32_t priority,
                  uint32_t flags);

  /* Reads a configuration value by dotted path: "limits.rows", "checks.0.sql". The declared default if davit.toml
   * does not have it, NONE if there is no default either. Arrays and tables come as JSON; an empty path gives the
   * whole configuration without its secrets. Paths that lead to no declared key are DAVIT_ERR_NOT_FOUND.
   * [init] */
  int32_t (*config)(const davit_host *host, davit_init *init, davit_str path, davit_value *value);

  /* How many elements the array or table at `path` has; 0 if it is absent. DAVIT_ERR_TYPE if it is neither.
   * [init] */
  int32_t (*config_length)(const davit_host *host, davit_init *init, davit_str path, uint64_t *length);

  /* Says why init is about to return `status`. The latest call counts. Returns `status`.
   * [init] */
  int32_t (*init_fail)(const davit_host *host, davit_init *init, int32_t status, davit_str text);

  /* The reason of the latest negative status of an [init] function; empty before. Valid until the next one.
   * [init] */
  davit_str (*init_error)(const davit_host *host, davit_init *init);

  /* Null if davit has no such extension, or withholds it from this instance. The table lives until `destroy` returns.
   * [any-thread] */
  const void *(*get_extension)(const davit_host *host, davit_str id);

  /* One line for the operator; shown with the instance's name, on standard error.
   * [any-thread] */
  void (*log)(const davit_host *host, int32_t level, davit_str text);

  /* DAVIT_CANCEL_… : whether the handler that runs now should give up, and why. Cheap enough for inner loops. A query
   * under way is cancelled by davit itself, and further ones are refused.
   * [any-thread] */
  int32_t (*cancelled)(const davit_host *host);

  /* Null only for a ctx that is stale, or on another thread.
   * [handler] */
  const davit_run *(*run)(davit_ctx *ctx);

  /* Null outside of a migration.
   * [handler] */
  const davit_migration *(*migration)(davit_ctx *ctx);

  /* As `run`.
   * [handler] */
  const davit_binding *(*binding)(davit_ctx *ctx);

  /* What failed: in on_error and failure, and null elsewhere or when nothing did.
   * [handler] */
  const davit_error *(*error)(davit_ctx *ctx);

  /* Any other fact, by key; phases.def lists the keys. NONE if it is unknown here and now. DAVIT_ERR_NOT_FOUND if
   * this davit does not know the key; treat it as NONE.
   * [handler] */
  int32_t (*info)(davit_ctx *ctx, davit_str key, davit_value *value);

  /* Runs one statement. `conn` is DAVIT_CONN_…; $1… come from `params`, whose types the server infers; NONE is NULL.
   * Transaction control is refused (DAVIT_ERR_DENIED): `undo` is the way back. The first statement on the migration's
   * connection opens the handler's own savepoint (or transaction, at phases outside of a migration), released when the
   * handler returns DAVIT_OK. After a DAVIT_ERR_SQL there, the transaction is aborted until `undo`. `result` may be
   * null if it is not wanted. COPY FROM STDIN and TO STDOUT are DAVIT_ERR_UNSUPPORTED. Results live until `release` or
   * the handler's return. Settings that the statement changed are put back after the handler, but for custom ones
   * (those with a dot), which the server does not show. Needs capability db.read or db.write. [handler] */
  int32_t (*query)(davit_ctx *ctx, int32_t conn, davit_str sql, const davit_value *params, size_t param_count,
                   const davit_result **result);

  /* Gives a result back early. Null is allowed.
   * [handler] */
  int32_t (*release)(davit_ctx *ctx, const davit_result *result);

  /* Rolls the migration's connection back to where this handler began; further queries may follow. Stats stay.
   * DAVIT_ERR_STATE where there is nothing to go back to: in a migration without a transaction.
   * [handler] */
  int32_t (*undo)(davit_ctx *ctx);

  /* Details of the latest call on this ctx that returned a negative status; null if none did. Valid until the next
   * call on ctx.
   * [handler] */
  const davit_error *(*last_error)(davit_ctx *ctx);

  /* Says why the handler is about to return `status` (a veto's reason too). The latest call counts. Returns `status`.
   * [handler] */
  int32_t (*fail)(davit_ctx *ctx, int32_t status, davit_str text);

  /* What the handler did, for the operator and the ledger. Rows add up over several calls, the latest non-empty
   * message counts.
   * [handler] */
  int32_t (*report)(davit_ctx *ctx, uint64_t rows_affected, davit_str message);

  /* Stats: one store shared by all plugins, for this migration inside of one, else for the run. Keys are 1 to 255
   * bytes without control characters; later phases of the run read a migration's as "migration/VERSION/KEY". A write
   * is undone when its handler fails, or when the attempt at the migration in which it was made is rolled back; writing
   * NONE removes the entry.
   * stat_get gives NONE for an absent key. stat_add starts from the visible value, or zero; both sides must be I64 or
   * F64, else DAVIT_ERR_TYPE; `sum` may be null.
   * [handler] */
  int32_t (*stat_set)(davit_ctx *ctx, davit_str key, const davit_value *value);
  int32_t (*stat_get)(davit_ctx *ctx, davit_str key, davit_value *value);
  int32_t (*stat_add)(davit_ctx *ctx, davit_str key, const davit_value *delta, davit_value *sum);

  /* 1 if this instance has the capability, without its "?"; else 0. What is not optional is always granted.
   * [any-thread]
   */
  int32_t (*granted)(const davit_host *host, davit_str capability);
};

/* ---- The plugin's side ------------------------------------------------------------------------------------------ */

enum {
  DAVIT_KEY_REQUIRED = 1u << 0,
  /* Scrubbed from logs, reports, errors and stats if it has four bytes or more; also { env = "…" } or { file = "…" }.
   */
  DAVIT_KEY_SECRET = 1u << 1
};

/* One configuration key. `name` is a dotted path below `config`; "[]" stands for the elements of an array:
 * "table", "limits.rows", "columns[]", "checks[].sql". An entry of type JSON accepts any table or array. Integers are
 * accepted for F64. */
typedef struct davit_key {
  uint32_t struct_size;
  uint32_t type;  /* DAVIT_TYPE_… */
  uint32_t flags; /* DAVIT_KEY_… */
  uint32_t reserved;
  davit_str name;
  davit_str doc;             /* one line */
  davit_value default_value; /* NONE: no default */
} davit_key;

typedef struct davit_plugin {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t min_minor; /* the oldest davit it runs on: DAVIT_TARGET_MINOR */
  uint32_t key_count;
  uint32_t capability_count;
  davit_str id;      /* reverse domain name, "com.acme.row-guard" */
  davit_str version; /* "1.2.0" */
  davit_str summary; /* one line */
  const davit_key *const *keys;
  /* "db.read", "db.write", "net", "exec"; "?x" if it can do without. db.* are enforced by the server and davit; the
   * others are declarations, not a sandbox. db.write includes db.read. */
  const davit_str *capabilities;

  /* Reads configuration, declares and binds handlers, nothing else: it also runs for `plan` and `plugin list`. Open
   * resources in `startup`. On DAVIT_OK, *instance is passed to `destroy` and `get_extension`. */
  int32_t (*init)(const davit_host *host, davit_init *init, void **instance);

  /* After `success` or `failure`, or instead of them for `plan`; never after a failed init. Threads of the plugin's
   * must have ended when it returns. May be null. */
  void (*destroy)(void *instance);

  /* The plugin's own extensions; null for an unknown id. May be null. */
  const void *(*get_extension)(void *instance, davit_str id);
} davit_plugin;

/* The one symbol that a plugin exports. */
#define DAVIT_ENTRY_SYMBOL "davit_plugin_v1"
typedef const davit_plugin *(*davit_entry_fn)(void);

/* ---- Extension davit.rows/1: results row by row, in bounded memory ---------------------------------------------- */

#define DAVIT_EXT_ROWS "davit.rows/1"

typedef struct davit_rows davit_rows;

typedef struct davit_ext_rows_v1 {
  uint32_t struct_size;
  uint32_t reserved;

  /* As `query`, without fetching rows. Until `close`, other statements on that connection are DAVIT_ERR_STATE.
   * [handler] */
  int32_t (*open)(davit_ctx *ctx, int32_t conn, davit_str sql, const davit_value *params, size_t param_count,
                  davit_rows **rows);

  /* The columns; valid until `close`.
   * [handler] */
  int32_t (*columns)(davit_ctx *ctx, davit_rows *rows, const davit_column *const **columns, uint32_t *column_count);

  /* The next row's cells, null after the last. Valid until the next call on `rows`.
   * [handler] */
  int32_t (*next)(davit_ctx *ctx, davit_rows *rows, const davit_cell **cells);

  /* Ends the statement. Before its last row was read it is cancelled, and what it changed is undone; nothing else is.
   * `undo` and the handler's return close what is left open; the stream is DAVIT_ERR_STALE then.
   * [handler] */
  int32_t (*close)(davit_ctx *ctx, davit_rows *rows);
} davit_ext_rows_v1;

#ifdef __cplusplus
}
#endif

#endif
