// davit phases
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "plugin/phases.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

std::string_view connection_of(const plugin::phase_row &p) {
  return p.connection == plugin::phase_connection::TX ? "in tx" : "run session";
}

} // namespace

int command_phases(const options &o, terminal &t) {
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j["phases"] = ordered_json::array();
    for (const auto &p : plugin::phases())
      j["phases"].push_back({{"name", p.name},
                             {"from", p.origin},
                             {"fires", p.fires},
                             {"connection", connection_of(p)},
                             {"on_failure", p.on_failure},
                             {"veto", p.answers == plugin::phase_answers::VETO}});
    j["info"] = ordered_json::array();
    for (const auto &i : plugin::info_keys()) j["info"].push_back({{"key", i.key}, {"type", i.type}, {"doc", i.doc}});
    print_json(t, j);
    return 0;
  }
  for (const auto &p : plugin::phases()) {
    t.out(fmt::format("{}  {}", t.on_out(style::bold, fmt::format("{:<18}", p.name)), p.fires));
    t.out(fmt::format("{:<18}    connection: {}; a failing handler: {}{}", "", connection_of(p), p.on_failure,
                      p.answers == plugin::phase_answers::VETO ? "; may veto" : ""));
  }
  return 0;
}

} // namespace davit::cli
