/* A handler that does nothing: what is left is the call. Compiled twice: as the plugin's part, and as an exported
 * function of a library that is no plugin. */
#include "idle.h"

int32_t idle(void *user, davit_ctx *ctx) {
  (void)user;
  (void)ctx;
  return DAVIT_OK;
}
