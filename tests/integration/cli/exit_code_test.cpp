// Every exit code of the table, by a command that leads to it; 70, a bug, is the one that no test can order.
#include "shell.hpp"

#include "support/waiting.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace davit::test;

namespace {

std::string slow_check(std::string_view extra) {
  return shipped_plugin("integrity_check", "config = { checks = [{ name = \"slow\", sql = \"SELECT pg_sleep(60)\", "
                                           "empty = false }] }\n" +
                                               std::string(extra));
}

} // namespace

TEST_CASE("0: done, and nothing to do") {
  const project p;
  run_davit(p, {"up"});
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  run_davit(p, {"up"});
}

TEST_CASE("1: a migration failed; a hook failed") {
  const project p("environment = \"test\"\n" +
                  shipped_plugin("integrity_check",
                                 "config = { checks = [{ name = \"never\", sql = \"SELECT 1\", expect = 2 }] }"));
  p.migration("1_a.up.sql", "SELECT nothing;");
  CHECK(run_json(p, {"up"}, 1).text("/error/code") == "sql");
  p.migration("1_a.up.sql", "SELECT 1;");
  const auto hook = run_json(p, {"up"}, 1);
  CHECK(hook.text("/error/code") == "hook_failed");
  CHECK(hook.text("/error/plugin") == "integrity_check");
  CHECK(hook.text("/error/handler") == "never");
  CHECK(hook.text("/error/phase") == "after_validation");
  CHECK(has(hook.text("/error/state"), "nothing of 1_a is in the database"));
}

TEST_CASE("3: configuration or manifest invalid") {
  const project p("[databse]\n");
  const auto refused = run_json(p, {"status"}, 3);
  CHECK(refused.text("/error/code") == "config_unknown");
  CHECK(refused.text("/error/file") == (p.folder() / "davit.toml").string());
  CHECK(refused.integer("/error/line") == 1);
  CHECK(refused.integer("/error/column") == 2);
  CHECK(refused.text("/error/excerpt") == "[databse]\n ^");
  CHECK(has(refused.text("/error/hint"), "database"));

  p.configure("");
  p.migration("1_a.up.sql", "SELECT 'never closed;");
  CHECK(run_json(p, {"up"}, 3).text("/error/code") == "migration_syntax");
  p.migration("1_a.up.sql", "SELECT 1;");
  p.migration("01_b.up.sql", "SELECT 1;");
  CHECK(run_json(p, {"up"}, 3).text("/error/code") == "migration_file");
  std::filesystem::remove_all(p.folder() / "migrations");
  CHECK(run_json(p, {"status"}, 3).text("/error/code") == "migration_file");
}

TEST_CASE("4: plugin refused") {
  const project p(shipped_plugin("integrity_check", "sha256 = \"" + std::string(64, '0') + "\""));
  const auto refused = run_json(p, {"up"}, 4);
  CHECK(refused.text("/error/code") == "plugin_checksum");
  CHECK(refused.text("/error/plugin") == "integrity_check");
  p.configure(shipped_plugin("integrity_check", "grant = []"));
  CHECK(run_json(p, {"up"}, 4).text("/error/code") == "plugin_capability");
}

TEST_CASE("5: cannot connect") {
  const project p;
  const auto refused = run_json(p, {"up"}, 5, {{"DAVIT_DATABASE_URL", "postgresql:///x?host=/nowhere"}});
  CHECK(refused.text("/error/code") == "connect");
  CHECK(has(refused.text("/error/hint"), "host '/nowhere'"));
}

TEST_CASE("6: run lock held by another") {
  const project p("environment = \"test\"\n[database]\nrun_lock_timeout = \"100ms\"\n");
  p.migration("1_a.up.sql", "SELECT pg_sleep(60);");
  running_program first(p.command({"up", "--verbose"}));
  first.wait_for_output("[before_ddl]");
  const auto refused = run_json(p, {"up"}, 6);
  CHECK(refused.text("/error/code") == "locked");
  CHECK(has(refused.text("/error/message"), "davit lock"));
  first.send(SIGTERM);
  CHECK(first.wait().exit_code == 143);
}

TEST_CASE("7: a hook refused on purpose") {
  const project p(shipped_plugin("integrity_check", "on_failure = \"ignore\"\nconfig = { checks = [{ name = \"no\", "
                                                    "sql = \"SELECT 1\", expect = 2, veto = true }] }"));
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  const auto refused = run_json(p, {"up"}, 7);
  CHECK(refused.text("/error/code") == "hook_veto");
  CHECK(refused.text("/outcome") == "vetoed");
  CHECK_FALSE(exists(p, "a"));
}

TEST_CASE("124: a deadline passed") {
  const project p(slow_check("deadline = \"100ms\""));
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  const auto struck = run_json(p, {"up"}, 124);
  CHECK(struck.text("/error/code") == "hook_deadline");
  CHECK(struck.text("/outcome") == "deadline");
  CHECK(has(struck.text("/error/message"), "100 ms"));
  CHECK_FALSE(exists(p, "a"));
}

TEST_CASE("130 and 143: interrupted, in a statement and in a hook, with the object that says so") {
  for (const bool in_hook : {false, true}) {
    CAPTURE(in_hook);
    const project p("environment = \"test\"\n" + (in_hook ? slow_check("") : std::string()));
    p.migration("1_a.up.sql", in_hook ? "CREATE TABLE a ();" : "CREATE TABLE a (); SELECT pg_sleep(60);");
    for (const auto &[signal, exit] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
      running_program davit(p.command({"up", "--verbose", "--json"}));
      davit.wait_for_output(in_hook ? "[after_validation]" : "[before_ddl]");
      davit.send(signal);
      const auto ended = davit.wait();
      CHECK(ended.exit_code == exit);
      const json object(ended.out);
      CHECK(object.integer("/exit_code") == exit);
      CHECK(object.text("/outcome") == "interrupted");
      CHECK(has(ended.err, "[failure]"));
      CHECK_FALSE(exists(p, "a"));
    }
    wait_until_davit_is_gone(p);
  }
}
