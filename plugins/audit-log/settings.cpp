#include "settings.hpp"

#include "common/config.hpp"

#include <algorithm>
#include <stdexcept>

namespace audit_log {

bool settings::records(const std::string &environment) const {
  return environments.empty() || std::find(environments.begin(), environments.end(), environment) != environments.end();
}

settings read_settings(const davit::setup &s) {
  settings out;
  try {
    out.table = parse_qualified_name(s.config<std::string>("table"));
  } catch (const std::invalid_argument &e) {
    common::refuse("table", e.what());
  }
  out.connection = static_cast<session>(common::choice(s, "connection", {"transaction", "side"}));
  out.environments = common::narrowed_to(s, "environments");
  out.create_table = s.config<bool>("create_table");
  return out;
}

} // namespace audit_log
