#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.check-database", "1.0.0", "Asks the database for a sign of life", "db.read")

DAVIT_HOOK(pre_validate, check_database) {
  cx.query("SELECT 1");
  cx.log("Database accessible");
}
