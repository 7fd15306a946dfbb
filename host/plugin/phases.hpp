// The lifecycle table of <davit/phases.def> as data of the host.
#pragma once

#include <span>
#include <string_view>

namespace davit::plugin {

enum class phase_connection { RUN, TX };
enum class phase_failure { STOP, ROLLBACK, KEEP, LOG };
enum class phase_answers { VETO, NONE };

struct phase_row {
  std::string_view name, origin;
  phase_connection connection;
  phase_failure failure;
  phase_answers answers;
  std::string_view fires, on_failure;
};

struct info_row {
  std::string_view key, type, doc;
};

std::span<const phase_row> phases();                // in the order they fire
const phase_row *find_phase(std::string_view name); // null if there is none
std::span<const std::string_view> phase_names();
std::span<const info_row> info_keys();

} // namespace davit::plugin
