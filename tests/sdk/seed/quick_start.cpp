#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.quick-start", "1.0.0", "Says that a migration is done")

DAVIT_HOOK(post_execute, verify_schema) { cx.log("Completed: " + cx.migration().name); }
