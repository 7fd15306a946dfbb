// davit.toml: refused with a place inside the file, or settings that keep what settings.hpp promises.
#include "base/utf8.hpp"
#include "config/duration.hpp"
#include "config/settings.hpp"
#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "plugin/json.hpp"

#include <algorithm>
#include <set>

using davit::error;
using davit::error_code;
using davit::config::milliseconds;
using davit::config::settings;
using davit::fuzz::require;

namespace {

void check_duration(milliseconds d) {
  require(d >= milliseconds{0} && d <= davit::config::max_duration, "a duration is one that PostgreSQL can hold");
}

void check_table(const davit::config::node &n) {
  require(n.absent() || n.type_name() == "table", "a plugin's configuration is a table");
  require(davit::plugin::is_json(to_json(n)), "a plugin's configuration is JSON");
}

void check_refusal(const error &e, const std::string &file, const std::string &text) {
  require(e.code == error_code::config_syntax || e.code == error_code::config_value ||
              e.code == error_code::config_unknown,
          "a refusal is one of the configuration");
  davit::fuzz::require_inside(e.where, file, text);
  require(e.where.line > 0 && !e.message.empty(), "a refusal says where and what");
  require(e.excerpt.empty() || e.excerpt.find('\n') == e.excerpt.rfind('\n'), "an excerpt is a line and its caret");
}

void check_settings(const settings &s, const std::string &file, const std::string &text) {
  for (const auto d : {s.database.lock_timeout, s.database.statement_timeout, s.database.run_lock_timeout})
    check_duration(d);
  require(!s.ledger.schema.empty() && s.ledger.schema.size() <= 63, "the ledger's schema has a name that fits");
  require(s.migrations.dir.is_absolute() && s.migrations.dir == s.migrations.dir.lexically_normal(),
          "the migrations' folder is absolute");
  std::set<std::string> names;
  for (const auto &p : s.plugins) {
    require(!p.name.empty() && names.insert(p.name).second, "a plugin has a name of its own");
    require(!p.path.empty() && (p.sha256.empty() || p.sha256.size() == 64), "a plugin has a file");
    require(p.environments.empty() || !s.environment.empty(), "it is said which environment this is");
    davit::fuzz::require_inside(p.where, file, text);
    check_duration(p.deadline);
    check_table(p.config);
  }
  for (const auto &h : s.hooks) {
    require(names.contains(h.plugin) && !h.handler.empty() && !h.phase.empty(), "a hook is one of a plugin");
    davit::fuzz::require_inside(h.where, file, text);
    check_table(h.args);
    if (h.deadline) check_duration(*h.deadline);
  }
  require(std::is_sorted(s.hooks.begin(), s.hooks.end(),
                         [](const auto &a, const auto &b) { return a.where.line < b.where.line; }),
          "hooks are in the order of the file");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  static davit::fuzz::memory_file toml;
  static const std::string file = toml.path().string();
  const auto text = davit::fuzz::text_of(data, size);
  toml.write(text);
  try {
    check_settings(davit::config::load(file), file, text);
  } catch (const error &e) {
    check_refusal(e, file, text);
  }
  return 0;
}
