#include "common/missing.hpp"

#include "common/config.hpp"

namespace common {

if_missing read_if_missing(const davit::setup &s, const std::string &prefix) {
  return static_cast<if_missing>(choice(s, prefix + ".if_missing", {"fail", "skip"}));
}

bool is_missing(const davit::error &e) {
  const std::string &state = e.sqlstate();
  return state == "42P01" /* undefined_table */ || state == "42703" /* undefined_column */ ||
         state == "3F000" /* invalid_schema_name */;
}

void recover(const davit::context &cx) {
  try {
    cx.undo();
  } catch (const davit::error &e) {
    // A migration without a transaction: each statement is one of its own, so none is left aborted.
    if (e.status() != DAVIT_ERR_STATE) throw;
  }
}

davit::result query(const davit::context &cx, const std::string &sql) {
  try {
    return cx.query(sql);
  } catch (const davit::error &e) {
    if (!is_missing(e)) throw;
  }
  recover(cx);
  cx.query("SET search_path TO DEFAULT");
  return cx.query(sql);
}

davit::error explain(const std::string &what, const davit::error &e) {
  std::string text = what + ": " + e.what();
  if (!e.sqlstate().empty()) text += " (SQLSTATE " + e.sqlstate() + ')';
  if (!e.detail().empty()) text += "; " + e.detail();
  if (!e.hint().empty()) text += "; hint: " + e.hint();
  if (is_missing(e))
    text += "; if only later migrations create it, set since = \"VERSION\" or versions = [\"VERSION\"], "
            "or if_missing = \"skip\" to pass over migrations without it";
  return davit::error(text, e.status());
}

} // namespace common
