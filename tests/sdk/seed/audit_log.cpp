#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.audit-log", "1.0.0", "Keeps a table of the migrations of production", "db.write")

DAVIT_HOOK(post_execute, audit_log) {
  if (cx.environment() != "production") return;

  const auto migration = cx.migration();
  cx.query("INSERT INTO audit_migrations (version, name, applied_at) VALUES ($1, $2, NOW())", migration.version,
           migration.name);
}
