// What a run tells while it goes on; the command line shows it.
#pragma once

#include "ledger/ledger.hpp"
#include "migration/plan.hpp"
#include "plugin/call.hpp"

#include <chrono>
#include <string_view>

namespace davit::lifecycle {

class observer {
public:
  virtual ~observer() = default;
  virtual void phase(std::string_view name, std::size_t handlers) = 0;
  // `softened`: it failed, and the run goes on all the same.
  virtual void handler_done(const plugin::binding &b, const plugin::call_result &r, bool softened) = 0;
  virtual void migration_begins(const migration::step &s, std::size_t number, std::size_t of,
                                std::uint32_t attempt) = 0;
  virtual void migration_ends(const migration::step &s, const ledger::migration_event &e) = 0;
  // A server's notice while a migration's statement ran.
  virtual void notice(std::string_view severity, std::string_view message) = 0;
  // Waiting for something that another session holds; called again and again. With an empty text: no longer.
  virtual void waiting(std::string_view what) = 0;
  virtual void warning(std::string_view text) = 0;
};

} // namespace davit::lifecycle
