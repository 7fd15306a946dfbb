#include "failure_text.hpp"

namespace audit_log {
namespace {
std::string text(davit_str s) { return s.len ? std::string(s.data, s.len) : std::string(); }
} // namespace

std::string failure_text(const davit_error &e) {
  std::string out = text(e.message);
  if (e.detail.len) out += "; detail: " + text(e.detail);
  if (e.file.len) {
    out += "; at " + text(e.file);
    if (e.line) out += ':' + std::to_string(e.line);
    if (e.line && e.column) out += ':' + std::to_string(e.column);
  }
  if (e.handler.len) out += "; in " + text(e.handler) + " of " + text(e.instance);
  if (e.handler.len && e.phase.len) out += " at " + text(e.phase);
  return out;
}

} // namespace audit_log
