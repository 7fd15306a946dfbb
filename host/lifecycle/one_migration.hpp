// What a migration of a run and its rehearsal have in common: its files, what plugins are told of it, and the frame
// around its phases.
#pragma once

#include "lifecycle/outbox.hpp"
#include "lifecycle/run_parts.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace davit::lifecycle {

// The file that the step runs, as it runs it.
migration::script take_script(const run_parts &parts, const migration::step &s);

// What handlers did in it before, if it is begun anew. Whether there is anything.
bool warn_of_called_before(const run_parts &parts, const migration::step &s);

class one_migration : public unfinished {
public:
  // `parts` and `s` outlive it; `script` is the step's file.
  one_migration(const run_parts &parts, const migration::step &s, place_in_run place, migration::script script);
  one_migration(const one_migration &) = delete;
  one_migration &operator=(const one_migration &) = delete;

  // Throws the migration's error, once everything that belongs to its failure is done.
  void run();
  [[noreturn]] void end_without(error why, bool ended) final;

protected:
  // From the first phase to the last. What it throws goes to fail().
  virtual void phases() = 0;
  // The sessions are gone in the middle of phases().
  virtual void sessions_gone(bool ended) = 0;
  // Says in the error what is true now, and what to do.
  virtual void describe(error &e) const = 0;
  // Tells plugins, the ledger and the user. Not called again for a handler that does not return in it.
  virtual void failed(const error &e) = 0;

  // The line on top of it, and again for each further attempt.
  void show_begins();
  std::chrono::microseconds age() const; // of the attempt
  // Before a handler may ask for it.
  void tell_elapsed();
  // Of a deferred constraint or trigger that fails at the migration's end.
  std::string hint_on_deferred() const;
  // What handlers and the ledger read and write is UTF-8.
  static void speak_utf8(postgres::connection &c);
  plugin::phase pre_phase() const { return step_.up ? plugin::phase("pre_execute") : plugin::phase("pre_rollback"); }
  plugin::phase post_phase() const { return step_.up ? plugin::phase("post_execute") : plugin::phase("post_rollback"); }

  const run_parts &p_;
  const migration::step &step_;
  const place_in_run place_;
  const migration::script script_;
  const std::optional<migration::script> verify_;
  plugin::migration_facts facts_;
  outbox out_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();

private:
  [[noreturn]] void fail(error e);

  std::optional<error> failure_; // once failed() is told
};

} // namespace davit::lifecycle
