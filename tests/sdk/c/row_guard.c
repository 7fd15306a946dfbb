/* A plugin in C99, from the header alone: refuses a migration once `users` has more rows than it is allowed to. */
#include <davit/plugin.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct row_guard {
  const davit_host *host;
  int64_t max_rows;
} row_guard;

/* Passes on why the latest call failed. */
static int32_t give_up(const row_guard *self, davit_ctx *ctx, int32_t status) {
  const davit_error *error = self->host->last_error(ctx);
  return self->host->fail(ctx, status, error ? error->message : davit_cstr("no reason given"));
}

static int32_t count_users(const row_guard *self, davit_ctx *ctx, int64_t *count) {
  const davit_result *result = NULL;
  const int32_t status =
      self->host->query(ctx, DAVIT_CONN_MIGRATION, davit_cstr("SELECT count(*) FROM users"), NULL, 0, &result);
  if (status != DAVIT_OK) return give_up(self, ctx, status);
  *count = strtoll(result->cells[0].data, NULL, 10);
  return self->host->release(ctx, result);
}

static int32_t check(void *user, davit_ctx *ctx) {
  const row_guard *self = user;
  davit_value count = {DAVIT_TYPE_I64, 0, {0}};
  char text[128];

  int32_t status = count_users(self, ctx, &count.as.i64);
  if (status != DAVIT_OK) return status;
  status = self->host->stat_set(ctx, davit_cstr("c/users"), &count);
  if (status != DAVIT_OK) return give_up(self, ctx, status);

  snprintf(text, sizeof text, "users has %" PRId64 " rows, %" PRId64 " are allowed", count.as.i64, self->max_rows);
  self->host->log(self->host, DAVIT_LOG_INFO, davit_cstr(text));
  if (count.as.i64 > self->max_rows) return self->host->fail(ctx, DAVIT_VETO, davit_cstr(text));
  return self->host->report(ctx, 0, davit_cstr(text));
}

static int32_t init(const davit_host *host, davit_init *in, void **instance) {
  davit_value max_rows;
  int32_t status = host->config(host, in, davit_cstr("max_rows"), &max_rows);
  if (status != DAVIT_OK) return host->init_fail(host, in, status, host->init_error(host, in));

  row_guard *self = malloc(sizeof *self);
  if (!self) return host->init_fail(host, in, DAVIT_ERR_MEMORY, davit_cstr("out of memory"));
  self->host = host;
  self->max_rows = max_rows.as.i64;

  status = host->handler(host, in, davit_cstr("check"), check, self, DAVIT_HANDLER_DRY_RUN_SAFE);
  if (status == DAVIT_OK) status = host->bind(host, in, davit_cstr("check"), davit_cstr("before_ddl"), 0, 0);
  if (status != DAVIT_OK) {
    free(self);
    return host->init_fail(host, in, status, host->init_error(host, in));
  }
  *instance = self;
  return DAVIT_OK;
}

static const davit_key max_rows_key = {
    .struct_size = sizeof(davit_key),
    .type = DAVIT_TYPE_I64,
    .name = DAVIT_STR("max_rows"),
    .doc = DAVIT_STR("refuse above this many users"),
    .default_value = {.type = DAVIT_TYPE_I64, .as = {.i64 = 1000000}},
};
static const davit_key *const keys[] = {&max_rows_key};
static const davit_str capabilities[] = {DAVIT_STR("db.read")};

static const davit_plugin plugin = {
    .struct_size = sizeof(davit_plugin),
    .abi_major = DAVIT_ABI_MAJOR,
    .min_minor = DAVIT_TARGET_MINOR,
    .key_count = 1,
    .capability_count = 1,
    .id = DAVIT_STR("org.davit.test.c"),
    .version = DAVIT_STR("1.0.0"),
    .summary = DAVIT_STR("Refuses migrations of a big table"),
    .keys = keys,
    .capabilities = capabilities,
    .init = init,
    .destroy = free,
};

DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void);

const davit_plugin *davit_plugin_v1(void) { return &plugin; }
