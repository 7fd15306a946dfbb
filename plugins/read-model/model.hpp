// One read model: a statement that brings a denormalised table up to date.
#pragma once

#include "common/missing.hpp"
#include "common/selection.hpp"

#include <davit/plugin.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace read_model {

inline constexpr davit::key keys[] = {
    {"models[].name", davit::type::text, "name of the handler, the stat and the messages", davit::required},
    {"models[].sql", davit::type::text, "one statement, usually INSERT … SELECT … ON CONFLICT DO UPDATE",
     davit::required},
    {"models[].phase", davit::phase::after_ddl, "when it runs"},
    {"models[].versions[]", davit::type::text, "only with these migrations"},
    {"models[].since", davit::type::text, "only with this migration and later ones"},
    {"models[].direction", davit::type::text,
     "\"up\", \"down\" or \"both\"; up, unless the phase fires only on the way down"},
    {"models[].environments[]", davit::type::text, "only in these environments"},
    {"models[].max_rows", davit::type::integer, "fail if the statement changes more rows than this"},
    {"models[].if_missing", "fail",
     "\"fail\" or \"skip\" where a table, column or schema that the statement names does not exist"},
};

struct model {
  std::string name, sql, phase;
  std::string stat; // "INSTANCE.NAME.rows"
  common::selection selection;
  std::vector<std::string> environments; // empty: all
  std::optional<std::int64_t> max_rows;
  common::if_missing if_missing;
};

// Throws davit::error that names the key.
std::vector<model> read_models(const davit::setup &s);

// Runs the statement if the migration and environment are those it is for. Reports the rows and keeps them as a stat.
void refresh(const model &m, davit::context &cx);

} // namespace read_model
