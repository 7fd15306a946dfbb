#include "lifecycle/request.hpp"

namespace davit::lifecycle {

std::vector<migration::step> steps_for(const request &what, const migration::folder &folder,
                                       const std::vector<migration::recorded> &ledger) {
  if (const auto *up = std::get_if<migration::up_options>(&what)) return migration::plan_up(folder, ledger, *up);
  return migration::plan_down(folder, ledger, std::get<migration::down_options>(what));
}

} // namespace davit::lifecycle
