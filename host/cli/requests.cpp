#include "cli/requests.hpp"

namespace davit::cli {
namespace {

std::optional<migration::version> target(const options &o) {
  if (!o.to) return std::nullopt;
  try {
    return migration::version(*o.to);
  } catch (const error &) {
    throw error(error_code::usage, "--to '" + *o.to + "': a version is digits only",
                "davit status lists the versions there are");
  }
}

} // namespace

lifecycle::request up_request(const options &o) { return migration::up_options{target(o), o.steps, o.out_of_order}; }
lifecycle::request down_request(const options &o) { return migration::down_options{target(o), o.steps.value_or(1)}; }

} // namespace davit::cli
