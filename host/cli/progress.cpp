#include "cli/progress.hpp"

#include "plugin/phases.hpp"

#include <fmt/format.h>

namespace davit::cli {

std::string human_time(std::chrono::microseconds t) {
  const auto us = static_cast<double>(t.count());
  if (us >= 1e6) return fmt::format("{:.1f} s", us / 1e6);
  if (us >= 1e4) return fmt::format("{:.0f} ms", us / 1e3);
  return fmt::format("{:.1f} ms", us / 1e3);
}

// Those after COMMIT come when the migration has ended, those of the run when all of them have.
static bool is_of_a_migration(std::string_view phase) {
  return phase != "post_complete" && phase != "success" && phase != "failure";
}

void progress::takes_no_part(const plugin::left_out &who) {
  without_part_.push_back(who);
  if (level_ == detail_level::quiet) return;
  t_.err(t_.on_err(style::dim, fmt::format("plugin {} takes no part: {}", who.plugin, who.why)));
}

void progress::phase(std::string_view name, std::size_t handlers) {
  if (level_ != detail_level::verbose) return;
  t_.err(t_.on_err(style::dim, fmt::format("  [{}]{}", name, handlers ? "" : " no handlers")));
}

void progress::handler_done(const plugin::binding &b, const plugin::call_result &r, bool softened) {
  const std::string message = r.said();
  hooks_.push_back({is_of_a_migration(b.phase) ? migration_ : std::string(), b.phase, b.owner->name(), b.what->name,
                    std::string(name_of(r.outcome)), message, r.rows_affected, r.duration.count()});
  const bool ok = !r.failure;
  if (level_ == detail_level::quiet && !softened) return;
  if (level_ == detail_level::normal && ok && message.empty()) return;
  const auto how = r.outcome == plugin::outcome::ok ? style::good : softened || !r.failure ? style::warn : style::bad;
  const auto mark = t_.on_err(how, std::string(name_of(r.outcome)));
  std::string line = fmt::format("    {} {}.{}", mark, b.owner->name(), b.what->name);
  if (level_ == detail_level::verbose)
    line += t_.on_err(style::dim, fmt::format(" ({})", human_time(r.duration)));
  else
    line += fmt::format(" at {}", b.phase);
  if (r.rows_affected) line += fmt::format(", {} row{}", r.rows_affected, r.rows_affected == 1 ? "" : "s");
  if (!message.empty()) line += ": " + printable(message);
  if (softened)
    line += plugin::find_phase(b.phase)->failure == plugin::phase_failure::LOG
                ? " (the run goes on: failures at this phase are only logged)"
                : fmt::format(" (the run goes on: on_failure = \"{}\")", config::name_of(b.on_failure));
  t_.err(line);
}

void progress::migration_begins(const migration::step &s, std::size_t number, std::size_t of, std::uint32_t attempt) {
  migration_ = s.files.id.text();
  if (level_ == detail_level::quiet) return;
  const std::string again = attempt > 1 ? fmt::format(", attempt {}", attempt) : "";
  const std::string line = fmt::format("{} {} ({} of {}{})",
                                       dry_   ? "rehearsing"
                                       : s.up ? "applying"
                                              : "reverting",
                                       s.files.title(), number, of, again);
  if (level_ == detail_level::verbose)
    t_.err(t_.on_err(style::bold, line));
  else
    t_.live(line);
}

void progress::migration_ends(const migration::step &s, const ledger::migration_event &e) {
  migrations_.push_back(e);
  if (level_ == detail_level::quiet) return;
  const bool good = e.outcome == "applied" || e.outcome == "reverted" || e.outcome == "rehearsed";
  t_.err(fmt::format("{} {} {}", t_.on_err(good ? style::good : style::bad, fmt::format("{:<8}", e.outcome)),
                     s.files.title(),
                     t_.on_err(style::dim, "(" + human_time(std::chrono::microseconds(e.duration_us)) + ")")));
}

void progress::notice(std::string_view severity, std::string_view message) {
  const bool loud = severity == "WARNING";
  if (level_ == detail_level::verbose || (loud && level_ == detail_level::normal))
    t_.err(fmt::format("    {}: {}", severity, printable(secrets_.scrub(message))));
}

void progress::waiting(std::string_view what) { t_.waiting(secrets_.scrub(what)); }

void progress::warning(std::string_view text) {
  warnings_.push_back(secrets_.scrub(text));
  t_.err(t_.on_err(style::warn, "warning: ") + printable(warnings_.back()));
}

} // namespace davit::cli
