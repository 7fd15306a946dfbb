// The configuration of the audit log.
#pragma once

#include "qualified_name.hpp"

#include <davit/plugin.hpp>

#include <string>
#include <vector>

namespace audit_log {

enum class session { transaction, side };

inline constexpr davit::key keys[] = {
    {"table", "public.davit_audit", "table, or schema.table, that gets a row for each migration"},
    {"connection", "transaction",
     "\"transaction\": the row is committed with the migration; \"side\": it is written beforehand and survives a "
     "rollback"},
    {"environments[]", davit::type::text, "record only in these environments; all without it"},
    {"create_table", true, "create the table where it does not exist"},
};

struct settings {
  qualified_name table;
  session connection;
  std::vector<std::string> environments; // empty: all
  bool create_table;

  bool records(const std::string &environment) const;
};

// Throws davit::error that names the key.
settings read_settings(const davit::setup &s);

} // namespace audit_log
