#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("history lists the runs, newest first, and one of them in full") {
  const project p("environment = \"test\"\n" +
                  shipped_plugin("integrity_check",
                                 "config = { captures = [{ name = \"users\", "
                                 "sql = \"SELECT count(*) FROM pg_tables\", rule = \"not_decreased\" }] }"));
  CHECK(has(run_davit(p, {"history"}).out, "no runs yet"));
  CHECK(run_json(p, {"history"}).size("/runs") == 0);

  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  const auto first = run_json(p, {"up"}).text("/run");
  p.migration("2_bad.up.sql", "SELECT 1 / 0;");
  const auto second = run_json(p, {"up"}, 1).text("/run");
  run_davit(p, {"up"}, 1);

  const auto text = run_davit(p, {"history"});
  CHECK(text.err.empty());
  CHECK(text.out.find(second.substr(0, 8)) < text.out.find(first.substr(0, 8)));
  CHECK(has(text.out, "division by zero"));

  const auto list = run_json(p, {"history", "--limit", "2"});
  REQUIRE(list.size("/runs") == 2);
  CHECK(list.text("/runs/1/id") == second);
  CHECK(list.text("/runs/1/command") == "up");
  CHECK(list.text("/runs/1/outcome") == "failed");
  CHECK(list.integer("/runs/1/migrations") == 1);
  CHECK(list.text("/runs/1/finished").ends_with("Z"));

  const auto one = run_json(p, {"history", first.substr(0, 13)});
  CHECK(one.text("/run/id") == first);
  CHECK(one.text("/run/environment") == "test");
  CHECK(one.text("/run/plugins/0/name") == "integrity_check");
  CHECK(one.text("/run/plugins/0/sha256").size() == 64);
  CHECK(one.text("/migrations/0/outcome") == "applied");
  CHECK(one.size("/hook_calls") >= 2);
  CHECK(one.size("/run/stats/migrations/1") >= 1);
  const auto shown = run_davit(p, {"history", first.substr(0, 13)});
  for (const auto &words :
       {"run " + first, std::string("up   1_a: applied"), std::string("hook "), std::string("stats")})
    CHECK_MESSAGE(has(shown.out, words), words);
}

TEST_CASE("a run that does not exist, or a beginning that fits several, is wrong usage") {
  const project p;
  CHECK(has(run_davit(p, {"history", "abc"}, 2).err, "no run 'abc'"));
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  const auto run = run_json(p, {"up"}).text("/run");
  // A second one whose id begins alike.
  p.database().sql("INSERT INTO davit.run SELECT (left(id::text, 30) || translate(right(id::text, 6), "
                   "'0123456789abcdef', '123456789abcdef0'))::uuid, command, environment, started, finished, outcome, "
                   "message, host, os_user, db_user, davit_version, hint, hint_owner, hint_token, plugins, stats "
                   "FROM davit.run");
  CHECK(has(run_davit(p, {"history", run.substr(0, 8)}, 2).err, "several runs"));
  run_davit(p, {"history", run});
}
