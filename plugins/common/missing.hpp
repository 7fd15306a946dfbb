// Queries about tables that a migration has not created yet, or has dropped.
#pragma once

#include <davit/plugin.hpp>

#include <string>

namespace common {

enum class if_missing { fail, skip };

// Reads PREFIX.if_missing, a key with a default.
if_missing read_if_missing(const davit::setup &s, const std::string &prefix);

// Whether the server refused because a table, column or schema does not exist.
bool is_missing(const davit::error &e);

// Runs the statement on the migration's connection. What it does not find there is looked for where sessions look when
// they begin: the migration may have set another search_path, as files of pg_dump do.
davit::result query(const davit::context &cx, const std::string &sql);

// Makes the migration's connection usable again after such an error. All that the handler did there is undone.
void recover(const davit::context &cx);

// "WHAT: MESSAGE (SQLSTATE …)" with the same status; a missing table gets the keys of configuration that help.
davit::error explain(const std::string &what, const davit::error &e);

} // namespace common
