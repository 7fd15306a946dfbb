#pragma once

#include <davit/plugin.h>

int32_t idle(void *user, davit_ctx *ctx);
