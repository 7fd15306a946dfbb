#include "cli/rehearsal_answer.hpp"

#include "cli/progress.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using nlohmann::ordered_json;

void add_place(ordered_json &row, const place &where) {
  if (!where.file.empty()) row["file"] = where.file;
  if (where.line) row["line"] = where.line;
}

std::string before_colon(const place &where) { return where.file.empty() ? "" : to_string(where) + ": "; }

} // namespace

void add_rehearsal(ordered_json &answer, const lifecycle::run_outcome &out) {
  const auto &r = *out.rehearsed;
  if (!out.failure && !out.planned.empty()) answer["outcome"] = out.done > 0 ? "rehearsed" : "not_tried";
  answer["not_tried"] = ordered_json::array();
  for (const auto &one : r.not_tried) {
    ordered_json row{
        {"version", one.id.text()}, {"name", one.name}, {"direction", one.up ? "up" : "down"}, {"reason", one.reason}};
    add_place(row, one.where);
    answer["not_tried"].push_back(row);
  }
  answer["traces"] = ordered_json::array();
  for (const auto &one : r.sequences)
    answer["traces"].push_back(
        {{"kind", "sequence"}, {"name", one.name}, {"before", one.before}, {"after", one.after}});
  for (const auto &one : r.outside) {
    ordered_json row{{"kind", "outside"}, {"name", one.what}};
    add_place(row, one.where);
    answer["traces"].push_back(row);
  }
  answer["locks_held_ms"] = static_cast<double>(r.held.count()) / 1000;
}

void print_rehearsal(terminal &t, const lifecycle::run_outcome &out, const std::string &verb) {
  const auto &r = *out.rehearsed;
  t.out(fmt::format("dry run: {} of {} migration{} {}be {}; everything is rolled back, nothing is recorded", out.done,
                    out.planned.size(), out.planned.size() == 1 ? "" : "s",
                    out.failure || !r.not_tried.empty() ? "could " : "would ", verb));
  for (std::size_t i = 0; i < out.done; ++i)
    t.out(fmt::format("  would be {}: {}", verb, out.planned[i].files.title()));
  for (const auto &one : r.not_tried)
    t.out(fmt::format("  not tried: {}{}: {}", one.id.text(), one.name.empty() ? "" : "_" + one.name,
                      before_colon(one.where) + printable(one.reason)));
  for (const auto &one : r.sequences)
    t.out(fmt::format("  not rolled back: sequence {} stood at {}, now at {} (other sessions may have moved it, too)",
                      printable(one.name), one.before, one.after));
  for (const auto &one : r.outside)
    t.out(fmt::format("  perhaps not rolled back: {}{}, if it was run", before_colon(one.where), one.what));
  t.out(fmt::format("  all locks were held together, for {}; a lock that was not had was not tried again",
                    human_time(r.held)));
}

} // namespace davit::cli
