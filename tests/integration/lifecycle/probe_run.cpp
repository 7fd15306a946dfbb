#include "probe_run.hpp"

#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace davit::test {

namespace {

constexpr std::string_view phase_names[] = {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure) #name,
#include <davit/phases.def>
};

std::string log_text() {
  std::ifstream in(server().log_file());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string literal(std::string_view text) { return postgres::quote_literal(text); }

} // namespace

std::string probe(std::string_view actions, std::string_view more, std::string_view name) {
  std::string out = "\n[[plugins]]\nname = \"" + std::string(name) + "\"\npath = \"" +
                    (test_plugin_dir() / "libprobe.so").string() + "\"\n" + std::string(more);
  return out + "\n[plugins.config]\nactions = [\n" + std::string(actions) + "\n]\n";
}

std::string with_probe(std::string_view actions, std::string_view more) {
  return std::string(head) + probe(actions, more);
}

std::string action(std::string_view at, std::string_view what) {
  return "{ " + std::string(at) + ", " + std::string(what) + " },\n";
}

std::string at_every_phase(std::string_view rest) {
  std::string out;
  for (const auto name : phase_names) out += action("phase = \"" + std::string(name) + "\"", rest);
  return out;
}

finished_run::finished_run(outcome o) : outcome_(std::move(o)), answer_(outcome_.out) {}

std::string finished_run::of_calls(std::string_view phase, std::string_view separator,
                                   const std::function<std::string(const json &)> &text) const {
  std::string out;
  bool first = true;
  for (std::size_t i = 0; i < answer_.size("/hooks"); ++i) {
    const json call = answer_.at("/hooks/" + std::to_string(i));
    if (!phase.empty() && call.text("/phase") != phase) continue;
    if (!std::exchange(first, false)) out += separator;
    out += text(call);
  }
  return out;
}

std::string finished_run::phases() const {
  return of_calls({}, " ", [](const json &call) { return call.text("/phase"); });
}
std::string finished_run::calls() const {
  return of_calls({}, " ", [](const json &call) { return call.text("/plugin") + "." + call.text("/handler"); });
}
std::string finished_run::outcomes(std::string_view phase) const {
  return of_calls(phase, " ", [](const json &call) { return call.text("/outcome"); });
}
std::string finished_run::messages(std::string_view phase) const {
  return of_calls(phase, " | ", [](const json &call) { return call.has("/message") ? call.text("/message") : ""; });
}

finished_run davit_run(const project &p, std::vector<std::string> arguments, int expected_exit,
                       const environment &extra) {
  arguments.emplace_back("--json");
  auto result = p.davit(std::move(arguments), extra);
  INFO("stdout:\n", result.out, "\nstderr:\n", result.err);
  REQUIRE(result.exit_code == expected_exit);
  return finished_run(std::move(result));
}

finished_run up(const project &p, int expected_exit) { return davit_run(p, {"up"}, expected_exit); }
finished_run down(const project &p, int expected_exit) { return davit_run(p, {"down"}, expected_exit); }

bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

std::size_t count(std::string_view text, std::string_view words) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(words, at)) != std::string_view::npos; at += words.size()) ++n;
  return n;
}

std::string ledger(const project &p) {
  return p.database().sql("SELECT string_agg(version || ' ' || state, ', ' ORDER BY version) FROM davit.migration");
}

bool exists(const project &p, std::string_view relation) {
  return p.database().sql("SELECT to_regclass(" + literal(relation) + ") IS NOT NULL") == "t";
}

std::string stat(const finished_run &run, const std::string &path) {
  const std::string at = "/stats/" + path;
  return run.answer().has(at) ? run.answer().dump(at + "/value") : "";
}

void wait_for_statement(const project &p, std::string_view words) {
  wait_until("waiting for a statement with " + std::string(words), [&] {
    return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = "
                            "'active' AND application_name LIKE 'davit %' AND strpos(query," +
                            literal(words) + ") > 0 AND pid <> pg_backend_pid()") != "0";
  });
}

void wait_for_lock_wait(const project &p, std::string_view purpose) {
  wait_until("waiting for a session that waits for a lock", [&] {
    return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                            "wait_event_type = 'Lock' AND application_name =" +
                            literal("davit " + std::string(purpose))) != "0";
  });
}

server_log::server_log(const project &p) : from_(0) {
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET log_statement = 'all'");
  from_ = log_text().size();
}

std::string server_log::text() const { return log_text().substr(from_); }

} // namespace davit::test
