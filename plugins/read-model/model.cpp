#include "model.hpp"

#include "common/config.hpp"

#include <algorithm>

namespace read_model {
namespace {

model read_model_at(const davit::setup &s, const std::string &prefix) {
  model m;
  m.name = s.config<std::string>(prefix + ".name");
  m.sql = s.config<std::string>(prefix + ".sql");
  m.phase = s.config<std::string>(prefix + ".phase");
  m.stat = std::string(s.instance()) + '.' + m.name + ".rows";
  m.selection = common::read_selection(s, prefix, {m.phase});
  m.environments = common::narrowed_to(s, prefix + ".environments");
  m.max_rows = s.config<std::optional<std::int64_t>>(prefix + ".max_rows");
  m.if_missing = common::read_if_missing(s, prefix);
  if (m.max_rows && *m.max_rows < 0) common::refuse(prefix + ".max_rows", "must not be negative");
  return m;
}

bool has_environment(const model &m, const std::string &environment) {
  const auto &all = m.environments;
  return all.empty() || std::find(all.begin(), all.end(), environment) != all.end();
}

} // namespace

std::vector<model> read_models(const davit::setup &s) {
  const std::uint64_t count = s.config_length("models");
  if (count == 0)
    common::refuse("models", "there are none, so the plugin would do nothing; add [[plugins.config.models]]");
  std::vector<model> models;
  for (std::uint64_t i = 0; i < count; ++i) models.push_back(read_model_at(s, "models." + std::to_string(i)));
  return models;
}

void refresh(const model &m, davit::context &cx) {
  if (!has_environment(m, cx.environment())) return cx.report("not meant for this environment");
  if (!common::selects(m.selection, cx)) return cx.report("not meant for this migration");
  std::uint64_t rows = 0;
  try {
    rows = common::query(cx, m.sql).rows_affected();
  } catch (const davit::error &e) {
    if (m.if_missing == common::if_missing::fail || !common::is_missing(e))
      throw common::explain("read model '" + m.name + '\'', e);
    common::recover(cx);
    return cx.report("skipped: " + std::string(e.what()));
  }
  if (m.max_rows && rows > static_cast<std::uint64_t>(*m.max_rows))
    throw davit::error("read model '" + m.name + "' changed " + std::to_string(rows) +
                       " rows, more than max_rows = " + std::to_string(*m.max_rows));
  cx.set_stat(m.stat, rows);
  cx.report(rows, m.name + ": " + std::to_string(rows) + (rows == 1 ? " row" : " rows"));
}

} // namespace read_model
