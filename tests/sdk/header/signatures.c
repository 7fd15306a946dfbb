/* The types of every function that crosses the boundary in ABI 1.0. Layout cannot show that a parameter was added, or
 * that a status became wider; a _Generic selection can. */
#include <davit/plugin.h>

#define MEMBER(type, name, ...)                                                                                        \
  _Static_assert(_Generic(((type *)0)->name, __VA_ARGS__ : 1, default : 0), "type of " #type "." #name " changed")

typedef const davit_host *host;
typedef davit_init *init;
typedef davit_ctx *ctx;
typedef const davit_value *values;

MEMBER(davit_host, handler, int32_t (*)(host, init, davit_str, davit_handler_fn, void *, uint32_t));
MEMBER(davit_host, bind, int32_t (*)(host, init, davit_str, davit_str, int32_t, uint32_t));
MEMBER(davit_host, config, int32_t (*)(host, init, davit_str, davit_value *));
MEMBER(davit_host, config_length, int32_t (*)(host, init, davit_str, uint64_t *));
MEMBER(davit_host, init_fail, int32_t (*)(host, init, int32_t, davit_str));
MEMBER(davit_host, init_error, davit_str (*)(host, init));
MEMBER(davit_host, get_extension, const void *(*)(host, davit_str));
MEMBER(davit_host, log, void (*)(host, int32_t, davit_str));
MEMBER(davit_host, cancelled, int32_t (*)(host));
MEMBER(davit_host, run, const davit_run *(*)(ctx));
MEMBER(davit_host, migration, const davit_migration *(*)(ctx));
MEMBER(davit_host, binding, const davit_binding *(*)(ctx));
MEMBER(davit_host, error, const davit_error *(*)(ctx));
MEMBER(davit_host, info, int32_t (*)(ctx, davit_str, davit_value *));
MEMBER(davit_host, query, int32_t (*)(ctx, int32_t, davit_str, values, size_t, const davit_result **));
MEMBER(davit_host, release, int32_t (*)(ctx, const davit_result *));
MEMBER(davit_host, undo, int32_t (*)(ctx));
MEMBER(davit_host, last_error, const davit_error *(*)(ctx));
MEMBER(davit_host, fail, int32_t (*)(ctx, int32_t, davit_str));
MEMBER(davit_host, report, int32_t (*)(ctx, uint64_t, davit_str));
MEMBER(davit_host, stat_set, int32_t (*)(ctx, davit_str, values));
MEMBER(davit_host, stat_get, int32_t (*)(ctx, davit_str, davit_value *));
MEMBER(davit_host, stat_add, int32_t (*)(ctx, davit_str, values, davit_value *));
MEMBER(davit_host, granted, int32_t (*)(host, davit_str));

MEMBER(davit_plugin, init, int32_t (*)(host, init, void **));
MEMBER(davit_plugin, destroy, void (*)(void *));
MEMBER(davit_plugin, get_extension, const void *(*)(void *, davit_str));

MEMBER(davit_ext_rows_v1, open, int32_t (*)(ctx, int32_t, davit_str, values, size_t, davit_rows **));
MEMBER(davit_ext_rows_v1, columns, int32_t (*)(ctx, davit_rows *, const davit_column *const **, uint32_t *));
MEMBER(davit_ext_rows_v1, next, int32_t (*)(ctx, davit_rows *, const davit_cell **));
MEMBER(davit_ext_rows_v1, close, int32_t (*)(ctx, davit_rows *));

_Static_assert(_Generic((davit_entry_fn)0, const davit_plugin *(*)(void) : 1, default : 0), "entry function changed");
_Static_assert(_Generic((davit_handler_fn)0, int32_t (*)(void *, ctx) : 1, default : 0), "handler function changed");
