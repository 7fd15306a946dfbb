#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.log-migration", "1.0.0", "Offers a handler for davit.toml to bind")

DAVIT_HANDLER(log_migration) { cx.log("Starting: " + cx.migration().name); }
