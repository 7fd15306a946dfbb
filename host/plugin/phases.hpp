// The lifecycle table of <davit/phases.def> as data of the host.
#pragma once

#include <array>
#include <cstddef>
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

inline constexpr std::array all_phases{
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure)                                     \
  phase_row{#name, origin,    phase_connection::connection, phase_failure::failure, phase_answers::answers,            \
            fires, on_failure},
#include <davit/phases.def>
};

constexpr std::size_t place_of(const phase_row &p) { return static_cast<std::size_t>(&p - all_phases.data()); }

// One of the table's, for code that fires it: a name that the table does not have is not compiled.
class phase {
public:
  consteval phase(const char *name) : row_(&row_of(name)) {}

  constexpr operator const phase_row &() const { return *row_; }
  constexpr std::string_view name() const { return row_->name; }
  constexpr phase_failure failure() const { return row_->failure; }

private:
  static consteval const phase_row &row_of(std::string_view name) {
    for (const phase_row &p : all_phases)
      if (p.name == name) return p;
    throw "there is no such phase";
  }
  const phase_row *row_;
};

std::span<const phase_row> phases();                // in the order they fire
const phase_row *find_phase(std::string_view name); // null if there is none
std::span<const std::string_view> phase_names();
std::span<const info_row> info_keys();

} // namespace davit::plugin
