// What hooks are told, and what is told of them.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

TEST_CASE("what a hook says is shown while it is at work, not when it has ended") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "log", text = "42 of 100 rows" },
                                { phase = "after_ddl", do = "wait" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  running_program davit(p.command({"up"}));
  davit.wait_for_output("42 of 100 rows"); // the hook ends with the signal and not before
  davit.send(SIGINT);
  CHECK(davit.wait().exit_code == 130);
}

TEST_CASE("a hook gets what was typed, whole and without quotes around it") {
  const project p(with_probe(R"t({ phase = "startup", do = "describe", text = "run" })t"));
  const std::string odd = "it's \"4711\"; $(rm -rf /) \\ --force";
  const auto said = davit_run(p, {"up", "--hooks-hint", odd}, 0).messages("startup");
  CHECK(said.starts_with("command=up environment=test "));
  CHECK(has(said, " hint=" + odd + " "));
}

TEST_CASE("what is not known is absent, not a number of magic, and what is known keeps its type") {
  const project p(with_probe(R"t(
    { phase = "startup", do = "info", key = "run.pending", expect = "none" },
    { phase = "startup", do = "info", key = "migration.index", expect = "none" },
    { phase = "validated", do = "info", key = "run.pending", expect = "1" },
    { phase = "after_ddl", do = "stat_set", key = "ratio", type = "f64", value = "0.5" },
    { phase = "after_ddl", do = "stat_set", key = "text", type = "str", value = "0.5" },
    { phase = "after_ddl", do = "stat_get", key = "eta", expect = "none" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(stat(run, "migrations/0001/ratio") == "0.5");
  CHECK(stat(run, "migrations/0001/text") == "\"0.5\"");
  CHECK(stat(run, "migrations/0001/eta") == "");
}
