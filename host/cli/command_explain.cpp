// davit explain
#include "base/error.hpp"
#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
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

bool is_exit(const explanation &e) { return std::to_string(e.exit) == e.code; }

// Text for people: the parts of an explanation as paragraphs.
std::string text_of(const explanation &e) {
  std::string out =
      is_exit(e) ? fmt::format("Exit code {}: {}.", e.exit, e.meaning) : fmt::format("{}: {}", e.code, e.meaning);
  const auto add = [&out](std::string_view label, std::string_view text) {
    if (!text.empty()) out += fmt::format("\n  {:<11} {}", label, text);
  };
  add("causes:", e.causes);
  add("errors:", joined(e.errors));
  add("state:", e.state);
  add("what to do:", e.remedy);
  if (!is_exit(e)) out += fmt::format("\nExit code {}.", e.exit);
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
  const auto line = [&t](std::string_view code, std::string_view meaning) {
    t.out(fmt::format("{}  {}", t.on_out(style::bold, fmt::format("{:<18}", code)), meaning));
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0 && is_exit(all[i - 1]) && !is_exit(all[i]))
      for (const auto &e : exits_by_signal) line(e.number, e.meaning);
    line(all[i].code, all[i].meaning);
  }
}

} // namespace

int command_explain(const options &o, terminal &t) {
  const auto all = explanations();
  if (o.argument.empty()) {
    list(o, t, all);
    return 0;
  }
  auto found = explain_signal(o.argument);
  if (const auto at = std::find_if(all.begin(), all.end(), [&](const auto &e) { return e.code == o.argument; });
      at != all.end())
    found = *at;
  if (!found) {
    std::vector<std::string_view> codes;
    for (const auto &e : all) codes.push_back(e.code);
    const auto near = nearest(o.argument, codes);
    throw error(error_code::usage, "there is no error or exit code '" + o.argument + "'",
                (near.empty() ? std::string() : "did you mean '" + std::string(near) + "'? ") +
                    "davit explain lists all");
  }
  if (o.json) {
    ordered_json j = json_answer(name_of(o.what));
    j.update(to_json(*found));
    j["text"] = text_of(*found);
    print_json(t, j);
  } else {
    t.out(text_of(*found));
  }
  return 0;
}

} // namespace davit::cli
