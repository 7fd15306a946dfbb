#include "bench/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::bench {
namespace {

// Four significant digits, thousands whole.
std::string number(double n) { return n >= 1000 ? fmt::format("{:.0f}", n) : fmt::format("{:.4g}", n); }

const char *relation(const result &r) { return r.at_least ? "≥" : "≤"; }

} // namespace

std::string as_table(const std::vector<result> &results) {
  std::string out = fmt::format("{:15} {:>8} {:>8}  {:5}  {:>15}  {:>13} {:>13}\n", "benchmark", "ratio", "aim",
                                "meets", "quartiles", "floor", "davit");
  for (const auto &r : results)
    out +=
        fmt::format("{:15} {:>8} {:>8}  {:5}  {:>15}  {:>13} {:>13}\n", r.name, number(r.ratio),
                    relation(r) + (" " + number(r.aim)), r.meets() ? "yes" : "no", number(r.low) + "–" + number(r.high),
                    number(r.floor) + " " + r.unit, number(r.davit) + " " + r.unit);
  out += '\n';
  for (const auto &r : results)
    out += fmt::format("{:15} {}; median of {}{}{}\n", r.name, r.compared, r.pairs, r.note.empty() ? "" : "; ", r.note);
  return out;
}

std::string as_json(const std::vector<result> &results) {
  auto all = nlohmann::ordered_json::array();
  for (const auto &r : results)
    all.push_back({{"name", r.name},
                   {"ratio", r.ratio},
                   {"aim", r.aim},
                   {"meets", r.meets()},
                   {"aim_is", r.at_least ? "at least" : "at most"},
                   {"compared", r.compared},
                   {"note", r.note},
                   {"unit", r.unit},
                   {"floor", r.floor},
                   {"davit", r.davit},
                   {"quartiles", {r.low, r.high}},
                   {"pairs", r.pairs}});
  return all.dump(2) + "\n";
}

} // namespace davit::bench
