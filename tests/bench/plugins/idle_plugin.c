/* Offers the handler "idle"; davit.toml binds it. */
#include "idle.h"

static int32_t init(const davit_host *host, davit_init *in, void **instance) {
  *instance = NULL;
  return host->handler(host, in, davit_cstr("idle"), idle, NULL, 0);
}

static void destroy(void *instance) { (void)instance; }

static const davit_plugin plugin = {
    .struct_size = sizeof(davit_plugin),
    .abi_major = DAVIT_ABI_MAJOR,
    .min_minor = DAVIT_TARGET_MINOR,
    .id = DAVIT_STR("org.davit.bench.idle"),
    .version = DAVIT_STR("1.0.0"),
    .summary = DAVIT_STR("Does nothing"),
    .init = init,
    .destroy = destroy,
};

DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void);

const davit_plugin *davit_plugin_v1(void) { return &plugin; }
