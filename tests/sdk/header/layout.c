/* The layout of ABI 1.0: offset and size of every member of every struct of <davit/plugin.h>, and every constant. There
 * is no hole in any struct (each member begins where the one before it ends, the last one ends with the struct), so a
 * member that is inserted, moved, widened or appended makes this file fail to compile. What a later minor brings stands
 * behind DAVIT_TARGET_MINOR in the header, so nothing here ever changes. */
#include <davit/plugin.h>

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type " changed")
#define AT(type, member, offset, size)                                                                                 \
  _Static_assert(offsetof(type, member) == (offset) && sizeof(((type *)0)->member) == (size),                          \
                 "layout of " #type "." #member " changed")
#define IS(constant, value) _Static_assert((constant) == (value), #constant " changed")

/* Frozen for ever. */
SIZE(davit_str, 16);
AT(davit_str, data, 0, 8);
AT(davit_str, len, 8, 8);

SIZE(davit_value, 24);
AT(davit_value, type, 0, 4);
AT(davit_value, reserved, 4, 4);
AT(davit_value, as, 8, 16);

SIZE(davit_cell, 16);
AT(davit_cell, data, 0, 8);
AT(davit_cell, len, 8, 8);

/* Grow only at their end; these are the members of 1.0. */
SIZE(davit_run, 160);
AT(davit_run, struct_size, 0, 4);
AT(davit_run, flags, 4, 4);
AT(davit_run, id, 8, 16);
AT(davit_run, command, 24, 16);
AT(davit_run, environment, 40, 16);
AT(davit_run, database, 56, 16);
AT(davit_run, host, 72, 16);
AT(davit_run, user, 88, 16);
AT(davit_run, hint, 104, 16);
AT(davit_run, hint_owner, 120, 16);
AT(davit_run, hint_token, 136, 16);
AT(davit_run, started_us, 152, 8);

SIZE(davit_migration, 80);
AT(davit_migration, struct_size, 0, 4);
AT(davit_migration, flags, 4, 4);
AT(davit_migration, direction, 8, 4);
AT(davit_migration, attempt, 12, 4);
AT(davit_migration, version, 16, 16);
AT(davit_migration, name, 32, 16);
AT(davit_migration, file, 48, 16);
AT(davit_migration, checksum, 64, 16);

SIZE(davit_binding, 104);
AT(davit_binding, struct_size, 0, 4);
AT(davit_binding, priority, 4, 4);
AT(davit_binding, id, 8, 16);
AT(davit_binding, instance, 24, 16);
AT(davit_binding, handler, 40, 16);
AT(davit_binding, phase, 56, 16);
AT(davit_binding, args, 72, 16);
AT(davit_binding, deadline_ms, 88, 8);
AT(davit_binding, on_failure, 96, 4);
AT(davit_binding, reserved, 100, 4);

SIZE(davit_error, 144);
AT(davit_error, struct_size, 0, 4);
AT(davit_error, status, 4, 4);
AT(davit_error, sqlstate, 8, 16);
AT(davit_error, message, 24, 16);
AT(davit_error, detail, 40, 16);
AT(davit_error, hint, 56, 16);
AT(davit_error, file, 72, 16);
AT(davit_error, line, 88, 4);
AT(davit_error, column, 92, 4);
AT(davit_error, instance, 96, 16);
AT(davit_error, handler, 112, 16);
AT(davit_error, phase, 128, 16);

SIZE(davit_column, 24);
AT(davit_column, struct_size, 0, 4);
AT(davit_column, type, 4, 4);
AT(davit_column, name, 8, 16);

SIZE(davit_result, 56);
AT(davit_result, struct_size, 0, 4);
AT(davit_result, column_count, 4, 4);
AT(davit_result, row_count, 8, 8);
AT(davit_result, rows_affected, 16, 8);
AT(davit_result, command, 24, 16);
AT(davit_result, columns, 40, 8);
AT(davit_result, cells, 48, 8);

SIZE(davit_host, 240);
AT(davit_host, struct_size, 0, 4);
AT(davit_host, abi_major, 4, 2);
AT(davit_host, abi_minor, 6, 2);
AT(davit_host, impl, 8, 8);
AT(davit_host, version, 16, 16);
AT(davit_host, instance, 32, 16);
AT(davit_host, handler, 48, 8);
AT(davit_host, bind, 56, 8);
AT(davit_host, config, 64, 8);
AT(davit_host, config_length, 72, 8);
AT(davit_host, init_fail, 80, 8);
AT(davit_host, init_error, 88, 8);
AT(davit_host, get_extension, 96, 8);
AT(davit_host, log, 104, 8);
AT(davit_host, cancelled, 112, 8);
AT(davit_host, run, 120, 8);
AT(davit_host, migration, 128, 8);
AT(davit_host, binding, 136, 8);
AT(davit_host, error, 144, 8);
AT(davit_host, info, 152, 8);
AT(davit_host, query, 160, 8);
AT(davit_host, release, 168, 8);
AT(davit_host, undo, 176, 8);
AT(davit_host, last_error, 184, 8);
AT(davit_host, fail, 192, 8);
AT(davit_host, report, 200, 8);
AT(davit_host, stat_set, 208, 8);
AT(davit_host, stat_get, 216, 8);
AT(davit_host, stat_add, 224, 8);
AT(davit_host, granted, 232, 8);

SIZE(davit_key, 72);
AT(davit_key, struct_size, 0, 4);
AT(davit_key, type, 4, 4);
AT(davit_key, flags, 8, 4);
AT(davit_key, reserved, 12, 4);
AT(davit_key, name, 16, 16);
AT(davit_key, doc, 32, 16);
AT(davit_key, default_value, 48, 24);

SIZE(davit_plugin, 104);
AT(davit_plugin, struct_size, 0, 4);
AT(davit_plugin, abi_major, 4, 2);
AT(davit_plugin, min_minor, 6, 2);
AT(davit_plugin, key_count, 8, 4);
AT(davit_plugin, capability_count, 12, 4);
AT(davit_plugin, id, 16, 16);
AT(davit_plugin, version, 32, 16);
AT(davit_plugin, summary, 48, 16);
AT(davit_plugin, keys, 64, 8);
AT(davit_plugin, capabilities, 72, 8);
AT(davit_plugin, init, 80, 8);
AT(davit_plugin, destroy, 88, 8);
AT(davit_plugin, get_extension, 96, 8);

SIZE(davit_ext_rows_v1, 40);
AT(davit_ext_rows_v1, struct_size, 0, 4);
AT(davit_ext_rows_v1, reserved, 4, 4);
AT(davit_ext_rows_v1, open, 8, 8);
AT(davit_ext_rows_v1, columns, 16, 8);
AT(davit_ext_rows_v1, next, 24, 8);
AT(davit_ext_rows_v1, close, 32, 8);

IS(DAVIT_TYPE_NONE, 0);
IS(DAVIT_TYPE_BOOL, 1);
IS(DAVIT_TYPE_I64, 2);
IS(DAVIT_TYPE_F64, 3);
IS(DAVIT_TYPE_STR, 4);
IS(DAVIT_TYPE_JSON, 5);

IS(DAVIT_OK, 0);
IS(DAVIT_VETO, 1);
IS(DAVIT_HANDLED, 2);
IS(DAVIT_ERR, -1);
IS(DAVIT_ERR_INVALID, -2);
IS(DAVIT_ERR_DENIED, -3);
IS(DAVIT_ERR_STATE, -4);
IS(DAVIT_ERR_THREAD, -5);
IS(DAVIT_ERR_STALE, -6);
IS(DAVIT_ERR_SQL, -7);
IS(DAVIT_ERR_CANCELLED, -8);
IS(DAVIT_ERR_CONNECTION, -9);
IS(DAVIT_ERR_NOT_FOUND, -10);
IS(DAVIT_ERR_TYPE, -11);
IS(DAVIT_ERR_MEMORY, -12);
IS(DAVIT_ERR_UNSUPPORTED, -13);
IS(DAVIT_ERR_DEADLINE, -14);

IS(DAVIT_UP, 1);
IS(DAVIT_DOWN, 2);

IS(DAVIT_RUN_DRY, 1);

IS(DAVIT_MIGRATION_NO_TRANSACTION, 1);
IS(DAVIT_MIGRATION_ONLINE, 2);

IS(DAVIT_ON_FAILURE_ABORT, 0);
IS(DAVIT_ON_FAILURE_WARN, 1);
IS(DAVIT_ON_FAILURE_IGNORE, 2);

IS(DAVIT_CONN_MIGRATION, 0);
IS(DAVIT_CONN_SIDE, 1);

IS(DAVIT_LOG_DEBUG, 0);
IS(DAVIT_LOG_INFO, 1);
IS(DAVIT_LOG_WARN, 2);
IS(DAVIT_LOG_ERROR, 3);

IS(DAVIT_CANCEL_NONE, 0);
IS(DAVIT_CANCEL_DEADLINE, 1);
IS(DAVIT_CANCEL_INTERRUPT, 2);
IS(DAVIT_CANCEL_ABANDONED, 3);

IS(DAVIT_HANDLER_DRY_RUN_SAFE, 1);
IS(DAVIT_HANDLER_CUT_OVER_SAFE, 2);

IS(DAVIT_BIND_OPTIONAL, 1);

IS(DAVIT_KEY_REQUIRED, 1);
IS(DAVIT_KEY_SECRET, 2);
