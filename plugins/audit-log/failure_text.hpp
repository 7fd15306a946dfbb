// A failed migration in one line, for the column `error`.
#pragma once

#include <davit/plugin.h>

#include <string>

namespace audit_log {

// "MESSAGE; detail: …; at FILE:LINE:COLUMN; in HANDLER of INSTANCE at PHASE", without what is unknown.
std::string failure_text(const davit_error &e);

} // namespace audit_log
