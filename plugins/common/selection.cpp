#include "common/selection.hpp"

#include "common/config.hpp"

#include <algorithm>

namespace common {
namespace {

std::string_view without_zeros(std::string_view version) {
  const std::size_t first = version.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : version.substr(first);
}

std::string_view name_of(direction d) {
  switch (d) {
  case direction::up: return "up";
  case direction::down: return "down";
  case direction::both: break;
  }
  return "both";
}

direction common_direction(const std::string &prefix, const std::vector<std::string> &phases) {
  direction all = direction::both;
  for (const std::string &name : phases) {
    const auto facts = find_phase(name);
    if (!facts || facts->fires == direction::both || facts->fires == all) continue;
    if (all != direction::both) refuse(prefix, "one of its phases fires on the way up, the other on the way down");
    all = facts->fires;
  }
  return all;
}

void refuse_without_migration(const std::string &key, const std::vector<std::string> &phases) {
  for (const std::string &name : phases) {
    const auto facts = find_phase(name);
    if (facts && !facts->in_migration)
      refuse(key, "phase " + name + " comes once in a run, not for each migration, so there is no version to go by");
  }
}

} // namespace

bool is_version(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool version_less(std::string_view a, std::string_view b) {
  const std::string_view x = without_zeros(a);
  const std::string_view y = without_zeros(b);
  return x.size() != y.size() ? x.size() < y.size() : x < y;
}

bool selection::contains(const davit::migration &m) const {
  if (way != direction::both && (way == direction::up) != m.up) return false;
  if (!since.empty() && version_less(m.version, since)) return false;
  const auto same = [&](const std::string &v) { return without_zeros(v) == without_zeros(m.version); };
  return versions.empty() || std::any_of(versions.begin(), versions.end(), same);
}

selection read_selection(const davit::setup &s, const std::string &prefix, const std::vector<std::string> &phases) {
  selection chosen;
  chosen.versions = narrowed_to(s, prefix + ".versions");
  chosen.since = s.config<std::optional<std::string>>(prefix + ".since").value_or("");
  for (std::size_t i = 0; i < chosen.versions.size(); ++i)
    if (!is_version(chosen.versions[i]))
      refuse(prefix + ".versions." + std::to_string(i), "\"" + chosen.versions[i] + "\" is not a version: digits only");
  if (!chosen.since.empty() && !is_version(chosen.since))
    refuse(prefix + ".since", "\"" + chosen.since + "\" is not a version: digits only");
  if (!chosen.versions.empty()) refuse_without_migration(prefix + ".versions", phases);
  if (!chosen.since.empty()) refuse_without_migration(prefix + ".since", phases);

  const direction possible = common_direction(prefix, phases);
  const direction usual = possible == direction::both ? direction::up : possible;
  const std::string key = prefix + ".direction";
  chosen.way = static_cast<direction>(choice(s, key, {"up", "down", "both"}, static_cast<std::size_t>(usual)));
  if (possible != direction::both && chosen.way != possible)
    refuse(key, "the phase fires on the way " + std::string(name_of(possible)) + " only, so it cannot be \"" +
                    std::string(name_of(chosen.way)) + '"');
  return chosen;
}

bool selects(const selection &chosen, const davit::context &cx) {
  if (cx.in_migration()) return chosen.contains(cx.migration());
  // A newer davit's phase, unknown to read_selection: skipping for want of a version would be silent.
  if (!chosen.versions.empty() || !chosen.since.empty())
    throw davit::error("phase " + cx.binding().phase + " has no migration, so versions and since cannot be looked at",
                       DAVIT_ERR_STATE);
  return chosen.way == direction::both || (chosen.way == direction::down) == (cx.run().command == "down");
}

} // namespace common
