#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.safe-hook", "1.0.0", "Survives what it can do without", "db.write")

DAVIT_HOOK(post_execute, safe_hook) {
  try {
    cx.query("REFRESH MATERIALIZED VIEW dashboard");
  } catch (const std::exception &e) {
    cx.undo();
    cx.warn("Hook failed (non-critical): " + std::string(e.what()));
  }
}
