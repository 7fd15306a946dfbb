// up's and down's options as a request to the runner.
#pragma once

#include "cli/options.hpp"
#include "lifecycle/request.hpp"

namespace davit::cli {

lifecycle::request up_request(const options &o);
lifecycle::request down_request(const options &o);

} // namespace davit::cli
