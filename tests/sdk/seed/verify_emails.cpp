#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.verify-emails", "1.0.0", "Insists that every user has an email", "db.read")

DAVIT_HOOK(post_execute, verify_emails) {
  const auto result = cx.query("SELECT COUNT(*) FROM users WHERE email IS NULL");
  if (result.scalar<int>() > 0) throw davit::error("Found NULL emails after migration!");
}
