#include "plugin/phases.hpp"

#include <algorithm>

namespace davit::plugin {
namespace {

constexpr phase_row phase_table[] = {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure)                                     \
  {#name, origin, phase_connection::connection, phase_failure::failure, phase_answers::answers, fires, on_failure},
#include <davit/phases.def>
};

constexpr std::string_view names[] = {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure) #name,
#include <davit/phases.def>
};

constexpr info_row info_table[] = {
#define DAVIT_INFO(key, type, doc) {key, #type, doc},
#include <davit/phases.def>
};

} // namespace

std::span<const phase_row> phases() { return phase_table; }
std::span<const std::string_view> phase_names() { return names; }
std::span<const info_row> info_keys() { return info_table; }

const phase_row *find_phase(std::string_view name) {
  const auto at =
      std::find_if(std::begin(phase_table), std::end(phase_table), [&](const phase_row &p) { return p.name == name; });
  return at == std::end(phase_table) ? nullptr : at;
}

} // namespace davit::plugin
