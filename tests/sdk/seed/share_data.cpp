#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.share-data", "1.0.0", "Compares the users before and after", "db.read")

static auto count(davit::context &cx) { return cx.query("SELECT COUNT(*) FROM users").scalar<std::int64_t>(); }

DAVIT_HOOK(before_ddl, capture_count) { cx.set_stat("initial_count", count(cx)); }

DAVIT_HOOK(after_validation, verify_count) {
  if (count(cx) < cx.get_stat<std::int64_t>("initial_count")) throw davit::error("Data was lost!");
}
