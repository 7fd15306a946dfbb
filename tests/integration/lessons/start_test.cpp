// What is missing, or does not take part, is said when a run begins.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace davit::test;

TEST_CASE("a missing folder of migrations is an error, not a folder without migrations") {
  const project p;
  std::filesystem::remove(p.folder() / "migrations");
  const auto run = up(p, 3);
  CHECK(has(run.answer().text("/error/message"), (p.folder() / "migrations").string() + ": No such file or directory"));
}

TEST_CASE("a missing plugin is an error before anything runs, and names every place that was tried") {
  const project p("[[plugins]]\nname = \"guard\"\npath = \"libguard.so\"\n");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = davit_run(p, {"up"}, 4, {{"DAVIT_PLUGIN_PATH", "/nowhere:/elsewhere"}});
  for (const auto *place : {"/nowhere/libguard.so", "/elsewhere/libguard.so", "/plugins/libguard.so"})
    CHECK(has(run.answer().text("/error/message"), place));
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("a plugin that takes no part is named when the run begins, with the reason") {
  const project p(std::string(head) +
                  probe(action(R"t(phase = "startup")t", R"t(do = "log", text = "begun")t"),
                        "environments = [\"production\", \"staging\"]\n", "elsewhere") +
                  probe(action(R"t(handler = "check")t", R"t(do = "report")t"), "", "unbound") +
                  probe(action(R"t(phase = "startup")t", R"t(do = "log", text = "begun")t"), "", "bound"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const auto before = run.err().substr(0, run.err().find("begun"));
  CHECK(has(before, "plugin elsewhere takes no part: only for environment production, staging\n"));
  CHECK(has(before, "plugin unbound takes no part: none of its handlers is bound to a phase\n"));
  CHECK_FALSE(has(run.err(), "plugin bound takes no part"));
  CHECK(run.answer().size("/without_part") == 2);
  CHECK(run.answer().text("/without_part/0/plugin") == "elsewhere");
}
