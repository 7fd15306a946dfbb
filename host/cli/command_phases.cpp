// davit phases, davit explain
#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
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

int command_explain(const options &o, terminal &t) {
  const auto text = explain(o.argument);
  if (!text)
    throw error(error_code::usage, "there is no error or exit code '" + o.argument + "'",
                "davit --help lists the exit codes; davit explain NUMBER the errors behind one");
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j["code"] = o.argument;
    j["text"] = *text;
    print_json(t, j);
  } else {
    t.out(text->substr(0, text->size() - 1));
  }
  return 0;
}

} // namespace davit::cli
