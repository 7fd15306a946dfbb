// davit explain
#include "base/error.hpp"
#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "cli/explain.hpp"
#include "cli/report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

std::string joined(const std::vector<std::string_view> &words) {
  std::string out;
  for (const auto w : words) out += (out.empty() ? "" : ", ") + std::string(w);
  return out;
}

// Text for people: the parts of an explanation as paragraphs.
std::string text_of(const explanation &e) {
  const bool is_exit = std::to_string(e.exit) == e.code;
  std::string out =
      is_exit ? fmt::format("Exit code {}: {}.", e.exit, e.meaning) : fmt::format("{}: {}", e.code, e.meaning);
  const auto add = [&out](std::string_view label, std::string_view text) {
    if (!text.empty()) out += fmt::format("\n  {:<11} {}", label, text);
  };
  add("causes:", e.causes);
  add("errors:", joined(e.errors));
  add("state:", e.state);
  add("what to do:", e.remedy);
  if (!is_exit) out += fmt::format("\nExit code {}.", e.exit);
  return out;
}

ordered_json to_json(const explanation &e) {
  ordered_json j{{"code", e.code}, {"exit_code", e.exit}, {"meaning", e.meaning}};
  if (!e.causes.empty()) j["causes"] = e.causes;
  if (!e.errors.empty()) j["errors"] = e.errors;
  j["state"] = e.state;
  j["what_to_do"] = e.remedy;
  return j;
}

void list(const options &o, terminal &t, const std::vector<explanation> &all) {
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j["codes"] = ordered_json::array();
    for (const auto &e : all) j["codes"].push_back(to_json(e));
    print_json(t, j);
    return;
  }
  for (const auto &e : all)
    t.out(fmt::format("{}  {}", t.on_out(style::bold, fmt::format("{:<18}", e.code)), e.meaning));
}

} // namespace

int command_explain(const options &o, terminal &t) {
  const auto all = explanations();
  if (o.argument.empty()) {
    list(o, t, all);
    return 0;
  }
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto &e) { return e.code == o.argument; });
  if (at == all.end()) {
    std::vector<std::string_view> codes;
    for (const auto &e : all) codes.push_back(e.code);
    const auto near = nearest(o.argument, codes);
    throw error(error_code::usage, "there is no error or exit code '" + o.argument + "'",
                (near.empty() ? std::string() : "did you mean '" + std::string(near) + "'? ") +
                    "davit explain lists all");
  }
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j.update(to_json(*at));
    j["text"] = text_of(*at);
    print_json(t, j);
  } else {
    t.out(text_of(*at));
  }
  return 0;
}

} // namespace davit::cli
