// A hook that fails, hangs, or fails again and again.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a hook that fails in whatever way is not swallowed: the migration is not committed") {
  for (const std::string how :
       {R"t(do = "fail", text = "no")t", R"t(do = "throw", text = "no")t", R"t(do = "throw", text = "no", raw = true)t",
        R"t(do = "throw_int", raw = true)t", R"t(do = "status", value = "-1")t", R"t(do = "status", value = "1000")t",
        R"t(do = "sql", sql = "SELECT 1 / 0")t"}) {
    CAPTURE(how);
    const project p(with_probe(action(R"t(phase = "after_ddl")t", how)));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/plugin") == "probe");
    CHECK(run.outcomes("after_ddl") == "failed");
    CHECK_FALSE(exists(p, "one"));
    CHECK(ledger(p) == "");
  }
}

TEST_CASE("what hooks have changed is rolled back with a migration that fails after them") {
  const std::string write = R"t(do = "sql", sql = "INSERT INTO audit VALUES (1)")t";
  const project p(
      with_probe(action(R"t(phase = "before_validation")t", write) + action(R"t(phase = "after_ddl")t", write)));
  p.database().sql("CREATE TABLE audit (i int)");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.verify.sql", "SELECT false;");
  CHECK(up(p, 1).calls() == "probe.before_validation probe.after_ddl");
  CHECK(p.database().sql("SELECT count(*) FROM audit") == "0");
}

TEST_CASE("a deadline stops SQL that blocks: it is cancelled on the server and nothing of the migration stays") {
  const project p(
      with_probe(R"t({ phase = "after_ddl", do = "sql", sql = "SELECT pg_sleep(60)" })t", "deadline = \"100ms\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 124).answer().text("/error/code") == "hook_deadline");
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a hook that hangs in code of its own does not hang the run: davit names it and goes on without it") {
  const project p("environment = \"test\"\n[run]\ngrace = \"100ms\"\n" +
                  probe(R"t({ phase = "after_ddl", do = "hang" })t", "deadline = \"100ms\"", "lost") +
                  probe(R"t({ phase = "failure", do = "report", text = "told" })t", "", "witness"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 124);
  CHECK(run.answer().text("/error/code") == "hook_abandoned");
  CHECK(has(run.err(), "plugin 'lost', handler 'after_ddl' at after_ddl does not return"));
  CHECK(run.messages("failure") == "told");
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a hook that has failed many times is called again, in this run and in the next one") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "fail", text = "no" })t", "on_failure = \"warn\""));
  for (int i = 1; i <= 8; ++i) p.migration(std::to_string(i) + "_x.up.sql", "SELECT 1;");
  CHECK(up(p, 0).outcomes("after_ddl") == "failed failed failed failed failed failed failed failed");
  p.migration("9_x.up.sql", "SELECT 1;");
  CHECK(up(p, 0).outcomes("after_ddl") == "failed");
  CHECK(p.database().sql("SELECT count(*) FROM davit.hook_call WHERE outcome = 'failed'") == "9");
}
