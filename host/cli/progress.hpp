// Shows a run while it goes on, as text on stderr.
#pragma once

#include "cli/terminal.hpp"
#include "lifecycle/observer.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace davit::cli {

enum class detail_level { quiet, normal, verbose };

class progress : public lifecycle::observer {
public:
  // Secrets of `hidden` are kept out of what servers and migrations say.
  progress(terminal &t, detail_level level, const plugin::secrets &hidden, bool dry = false)
      : t_(t), level_(level), secrets_(hidden), dry_(dry) {}

  void takes_no_part(const plugin::left_out &who);
  void phase(std::string_view name, std::size_t handlers) override;
  void handler_done(const plugin::binding &b, const plugin::call_result &r, bool softened) override;
  void migration_begins(const migration::step &s, std::size_t number, std::size_t of, std::uint32_t attempt) override;
  void migration_ends(const migration::step &s, const ledger::migration_event &e) override;
  void notice(std::string_view severity, std::string_view message) override;
  void waiting(std::string_view what) override;
  void warning(std::string_view text) override;

  struct hook {
    std::string migration, phase, plugin, handler, outcome, message;
    std::uint64_t rows_affected;
    std::int64_t duration_us;
  };
  // What JSON answers show.
  const std::vector<hook> &hooks() const { return hooks_; }
  const std::vector<ledger::migration_event> &migrations() const { return migrations_; }
  const std::vector<std::string> &warnings() const { return warnings_; }
  const std::vector<plugin::left_out> &without_part() const { return without_part_; }

private:
  terminal &t_;
  detail_level level_;
  const plugin::secrets &secrets_;
  const bool dry_;
  std::string migration_; // version of the one under way
  std::vector<hook> hooks_;
  std::vector<ledger::migration_event> migrations_;
  std::vector<std::string> warnings_;
  std::vector<plugin::left_out> without_part_;
};

// "1.2 s", "35 ms", "0.4 ms".
std::string human_time(std::chrono::microseconds t);

} // namespace davit::cli
