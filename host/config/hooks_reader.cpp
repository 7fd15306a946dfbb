#include "config/sections.hpp"

#include "base/nearest.hpp"
#include "config/complaint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace davit::config {
namespace {

constexpr std::string_view phases[] = {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure) #name,
#include "davit/phases.def"
};

hook_settings read_hook(const node &source, const std::string &phase, std::string_view title) {
  hook_settings h;
  h.phase = phase;
  h.where = source.where;
  const auto text_with_place = [](std::string &text, place &where) {
    return [&](const entry &e) {
      text = e.non_empty_text();
      where = e.where();
    };
  };
  read_table(source, title,
             {{"plugin", text_with_place(h.plugin, h.plugin_where), true},
              {"handler", text_with_place(h.handler, h.handler_where), true},
              {"id", [&](const entry &e) { h.id = e.non_empty_text(); }},
              {"priority", [&](const entry &e) { h.priority = e.integer<std::int32_t>(); }},
              {"deadline", [&](const entry &e) { h.deadline = e.duration(); }},
              {"on_failure", [&](const entry &e) { h.on_failure = e.policy(); }},
              {"enabled", [&](const entry &e) { h.enabled = e.flag(); }},
              {"args", [&](const entry &e) { h.args = e.as_table(); }}});
  return h;
}

} // namespace

std::vector<hook_settings> read_hooks(const entry &source) {
  const auto *by_phase = std::get_if<table>(&source.value().value);
  if (!by_phase) source.refuse("a hook needs a phase", "write [[hooks.PHASE]]; `davit phases` lists them");
  std::vector<hook_settings> hooks;
  for (const auto &[phase, value] : *by_phase) {
    if (std::find(std::begin(phases), std::end(phases), phase) == std::end(phases))
      throw complaint(error_code::config_unknown, value.key_where, fmt::format("unknown phase '{}'", phase),
                      did_you_mean(phase, phases));
    const auto title = fmt::format("[[hooks.{}]]", phase);
    for (const auto &element : tables_of(entry(phase, value), title)) hooks.push_back(read_hook(element, phase, title));
  }
  std::stable_sort(hooks.begin(), hooks.end(), [](const hook_settings &a, const hook_settings &b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  return hooks;
}

} // namespace davit::config
