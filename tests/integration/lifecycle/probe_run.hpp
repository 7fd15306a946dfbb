// Runs of davit with the probe of tests/sdk/probe, and what came of them.
#pragma once

#include "support/project.hpp"
#include "support/waiting.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace davit::test {

// The start of every davit.toml here.
inline constexpr std::string_view head = "environment = \"test\"\n[database]\nlock_timeout = \"200ms\"\n";

// A [[plugins]] entry for the probe: `actions` are inline tables, comma-separated; `more` are further keys of the
// entry.
std::string probe(std::string_view actions, std::string_view more = {}, std::string_view name = "probe");

// davit.toml with one probe.
std::string with_probe(std::string_view actions, std::string_view more = {});

// One action for probe(): "{ AT, WHAT },".
std::string action(std::string_view at, std::string_view what);

// The same action at every phase; `rest` are the keys beside `phase`.
std::string at_every_phase(std::string_view rest);

// A run with --json: what it answered, and how.
class finished_run {
public:
  explicit finished_run(outcome o);

  int exit_code() const { return outcome_.exit_code; }
  const json &answer() const { return answer_; }
  const std::string &err() const { return outcome_.err; }
  std::string all_output() const { return outcome_.out + outcome_.err; }

  // Of the handler calls, in their order.
  std::string phases() const;                         // "startup pre_validate …"
  std::string calls() const;                          // "PLUGIN.HANDLER …"
  std::string outcomes(std::string_view phase) const; // "ok failed …"
  std::string messages(std::string_view phase) const; // separated by " | "

private:
  std::string of_calls(std::string_view phase, std::string_view separator,
                       const std::function<std::string(const json &)> &text) const;
  outcome outcome_;
  json answer_;
};

// `davit ARGUMENTS --json`. Fails the test case, showing all output, unless it exits as expected.
finished_run davit_run(const project &p, std::vector<std::string> arguments, int expected_exit,
                       const environment &extra = {});
finished_run up(const project &p, int expected_exit);
finished_run down(const project &p, int expected_exit);

bool has(std::string_view text, std::string_view words);
std::size_t count(std::string_view text, std::string_view words);

// "VERSION STATE" of every migration that the ledger knows, comma-separated.
std::string ledger(const project &p);
bool exists(const project &p, std::string_view relation);
// The value of a stat of the run as JSON; `path` is "run/KEY" or "migrations/VERSION/KEY". Empty if there is none.
std::string stat(const finished_run &run, const std::string &path);

// Waits until a statement whose text contains `words` runs in davit's session.
void wait_for_statement(const project &p, std::string_view words);
// Waits until davit's run session waits for a lock.
void wait_for_lock_wait(const project &p, std::string_view purpose = "run");

// What the server has logged since this was made; log_statement must be on for the database.
class server_log {
public:
  explicit server_log(const project &p);
  std::string text() const;

private:
  std::size_t from_;
};

} // namespace davit::test
