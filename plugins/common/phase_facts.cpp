#include "common/phase_facts.hpp"

#include <davit/plugin.hpp>

namespace common {
namespace {

enum connection { RUN, TX };
enum answer { NONE, VETO };

struct known_phase {
  std::string_view name;
  connection session;
  answer answers;
};

constexpr known_phase table[] = {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure) {#name, connection, answers},
#include <davit/phases.def>
};

direction fires(std::string_view name) {
  using namespace davit;
  if (name == phase::pre_execute || name == phase::post_execute) return direction::up;
  if (name == phase::pre_rollback || name == phase::post_rollback) return direction::down;
  return direction::both;
}

} // namespace

std::optional<phase_facts> find_phase(std::string_view name) {
  int order = 0;
  for (const known_phase &p : table) {
    if (p.name == name) {
      const direction d = fires(name);
      const bool in_migration = p.session == TX || d != direction::both || name == davit::phase::on_error;
      return phase_facts{order, in_migration, p.answers == VETO, d};
    }
    ++order;
  }
  return std::nullopt;
}

} // namespace common
