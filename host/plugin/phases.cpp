#include "plugin/phases.hpp"

#include <algorithm>

namespace davit::plugin {
namespace {

constexpr std::string_view names[] = {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure) #name,
#include <davit/phases.def>
};

constexpr info_row info_table[] = {
#define DAVIT_INFO(key, type, doc) {key, #type, doc},
#include <davit/phases.def>
};

} // namespace

std::span<const phase_row> phases() { return all_phases; }
std::span<const std::string_view> phase_names() { return names; }
std::span<const info_row> info_keys() { return info_table; }

const phase_row *find_phase(std::string_view name) {
  const auto at =
      std::find_if(all_phases.begin(), all_phases.end(), [&](const phase_row &p) { return p.name == name; });
  return at == all_phases.end() ? nullptr : &*at;
}

} // namespace davit::plugin
