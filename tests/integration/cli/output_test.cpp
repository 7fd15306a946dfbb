// Where text goes and how it looks, for whom.
#include "shell.hpp"

#include "support/on_terminal.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

void history_of_success_and_failure(const project &p) {
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  run_davit(p, {"up"});
  p.migration("2_bad.up.sql", "SELECT 1 / 0;");
  run_davit(p, {"up"}, 1);
}

struct answer {
  std::vector<std::string> arguments;
  int exit;
};

const answer answers[] = {{{"status"}, 0},
                          {{"status", "--exit-code"}, 8},
                          {{"plan"}, 0},
                          {{"verify"}, 0},
                          {{"verify", "--run-sql"}, 0},
                          {{"history"}, 0},
                          {{"phases"}, 0},
                          {{"explain", "6"}, 0},
                          {{"plugin", "list"}, 0},
                          {{"up"}, 1},
                          {{"up", "--verbose"}, 1},
                          {{"up", "--to", "77"}, 2},
                          {{"history", "nothing"}, 2},
                          {{"repair", "1", "--applied"}, 6},
                          {{"plugin", "inspect", "nothing.so"}, 4}};

} // namespace

TEST_CASE("what was asked for is on stdout, errors and progress are on stderr alone") {
  const project p;
  history_of_success_and_failure(p);
  for (const auto &a : answers) {
    CAPTURE(a.arguments.front());
    const auto result = run_davit(p, a.arguments, a.exit);
    const bool failed = a.exit != 0 && a.exit != 8;
    CHECK(result.out.empty() == failed);
    CHECK(has(result.err, "error: ") == failed);
    CHECK_FALSE(has(result.out, "error: "));
  }
}

TEST_CASE("--json is exactly one object on stdout, whatever happens") {
  const project p;
  history_of_success_and_failure(p);
  for (const auto &a : answers) {
    CAPTURE(a.arguments.front());
    const auto object = run_json(p, a.arguments, a.exit); // parses all of stdout
    if (a.exit == 0 || a.exit == 8) continue;
    CHECK(object.integer("/exit_code") == a.exit);
    CHECK_FALSE(object.text("/error/code").empty());
    CHECK_FALSE(object.text("/error/message").empty());
  }
}

TEST_CASE("without a terminal there is no colour and no control character, even if the terminal's name is there") {
  const project p;
  history_of_success_and_failure(p);
  for (const auto &a : answers) {
    CAPTURE(a.arguments.front());
    const auto result = run_davit(p, a.arguments, a.exit, {{"TERM", "xterm-256color"}, {"NO_COLOR", {}}});
    CHECK_FALSE(has(result.out, "\x1b"));
    CHECK_FALSE(has(result.err, "\x1b"));
    CHECK_FALSE(has(result.err, "\r"));
  }
}

TEST_CASE("on a terminal there is colour, unless NO_COLOR, TERM=dumb or --no-color say otherwise") {
  if (!gives_out_terminals()) {
    WARN_MESSAGE(false, "not tried: no pseudo-terminal is to be had here");
    return;
  }
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  const auto shown = [&p](std::vector<std::string> options, const environment &extra) {
    options.insert(options.begin(), "status");
    return run(on_terminal(p.command(options, extra))).out;
  };
  const environment color{{"TERM", "xterm"}, {"NO_COLOR", {}}};
  CHECK(has(shown({}, color), "\x1b[33mpending"));
  CHECK_FALSE(has(shown({"--no-color"}, color), "\x1b"));
  CHECK_FALSE(has(shown({}, {{"TERM", "dumb"}, {"NO_COLOR", {}}}), "\x1b"));
  CHECK_FALSE(has(shown({}, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}), "\x1b"));
}

TEST_CASE("bytes of a database that would steer a terminal are shown, not sent") {
  const project p;
  p.migration("1_a.up.sql", "DO $$ BEGIN RAISE EXCEPTION E'red \\x1b[31m'; END $$;");
  const auto failed = run_davit(p, {"up"}, 1);
  CHECK(has(failed.err, "red \\x1b[31m"));
  CHECK_FALSE(has(failed.err, "\x1b"));
}
