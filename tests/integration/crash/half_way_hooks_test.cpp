// What handlers know and have done when a migration without a transaction stops half-way, and is gone on with.
#include "half_way.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view told =
    R"t({ phase = "before_ddl", handler = "tell", do = "sql", sql = "INSERT INTO told VALUES (1)" },)t";

struct half_way : project {
  explicit half_way(std::string_view actions, std::string_view sql) : project(with_probe(actions)) {
    database().sql("CREATE TABLE told (i int)");
    write(sql);
  }
  void write(std::string_view sql) { migration("0001_one.up.sql", "-- davit: no-transaction\n" + std::string(sql)); }
};

} // namespace

TEST_CASE("handlers of a migration that is gone on with are told so, and find its stats as they were at the stop") {
  half_way p(R"t({ phase = "pre_execute", do = "info", key = "migration.resumed_after" },
                 { phase = "pre_execute", do = "stat_get", key = "k" },
                 { phase = "before_ddl", handler = "add", do = "stat_add", key = "k", value = "2" },
                 { phase = "on_error", do = "stat_get", key = "k" },
                 { phase = "post_execute", do = "stat_get", key = "k" })t",
             "CREATE TABLE one (); SELECT 1 / 0;");
  const auto first = up(p, 1);
  CHECK(first.messages("pre_execute") == "none; none");
  CHECK(first.messages("on_error") == "2");
  resume(p);
  const auto second = up(p, 1);
  CHECK(second.messages("pre_execute") == "1; 2");
  CHECK(second.messages("on_error") == "4");
  p.write("CREATE TABLE one (); SELECT 1;");
  resume(p);
  const auto last = up(p, 0);
  CHECK(last.messages("pre_execute") == "1; 4");
  CHECK(last.messages("post_execute") == "6");

  p.migration("0002_two.up.sql", "SELECT 2;");
  CHECK(up(p, 0).messages("pre_execute") == "none; none");
}

TEST_CASE("what handlers have written stays where no statement was completed, and the error says whose it is") {
  half_way p(told, "SELECT 1 / 0;");
  const auto state = up(p, 1).answer().text("/error/state");
  CHECK(state.starts_with("nothing of 0001_one is in the database: none of its statements was completed; "));
  CHECK(state.ends_with("what handlers did in it stays, too, and they will be called again: probe.tell at before_ddl"));
  CHECK(p.database().sql("SELECT count(*) FROM told") == "1");
}

TEST_CASE("repair names the handlers that have written, and will again") {
  half_way p(std::string(told) + R"t({ phase = "on_error", handler = "after", do = "sql", sql = "SELECT 1" })t",
             "CREATE TABLE one (); SELECT 1 / 0;");
  CHECK(has(up(p, 1).answer().text("/error/state"), "called again: probe.tell at before_ddl"));
  const std::string who =
      "what handlers did in it stays, and they will be called again: probe.tell at before_ddl (1 row)";
  CHECK(p.davit_json({"repair"}).text("/stopped/0/notes/0") == who);
  p.write("CREATE TABLE one (); SELECT 1;");
  CHECK(has(resume(p).err, who));
  up(p, 0);
  CHECK(p.database().sql("SELECT count(*) FROM told") == "2");
}

TEST_CASE("after kill -9 repair says that what handlers have written is not known") {
  half_way p(told, "CREATE TABLE one (); SELECT pg_sleep(2);");
  kill_in(p, "pg_sleep");
  const std::string said = "which handlers have written something before davit ended is not known";
  CHECK(has(p.davit({"repair"}).out, said));
  p.davit({"up"});
  CHECK(has(p.davit({"repair"}).out, said));
}

TEST_CASE("stats of a run that no davit has written are an error, and those without any entry are none") {
  half_way p(told, "CREATE TABLE one (); SELECT 1 / 0;");
  up(p, 1);
  p.write("CREATE TABLE one (); SELECT 1;");
  resume(p);
  p.database().sql(R"(UPDATE davit.run SET stats = '{"migrations": {"0001": {"k": {}}}}')");
  CHECK(has(up(p, 6).answer().text("/error/message"), "stats of 0001_one, which no davit has written"));
  p.database().sql(R"(UPDATE davit.run SET stats = '{"migrations": 5}', plugins = '5')");
  CHECK(has(
      p.davit({"history", p.database().sql("SELECT id FROM davit.run WHERE command = 'up' ORDER BY started LIMIT 1")})
          .err,
      "which no davit has written"));
  resume(p);
  up(p, 0);
}

TEST_CASE("behind a second stop repair still names what handlers had written before the first, and stats are theirs") {
  const std::string adds = R"t({ phase = "before_ddl", handler = "add", do = "stat_add", key = "k", value = "2" },)t";
  const std::string refuses = R"t({ phase = "pre_execute", handler = "no", do = "fail", text = "not now" },)t";
  half_way p(std::string(told) + adds, "CREATE TABLE one (); SELECT pg_sleep(2);");
  const std::string written = "they will be called again: probe.tell at before_ddl (1 row)";
  const std::string unknown = "which handlers have written something before davit ended is not known";
  bool killed = false;
  SUBCASE("that was a failure") {
    p.write("CREATE TABLE one (); SELECT 1 / 0;");
    up(p, 1);
  }
  SUBCASE("that was the end of davit") {
    killed = true;
    kill_in(p, "pg_sleep");
    p.davit({"up"});
  }
  p.write("CREATE TABLE one (); SELECT 1;");
  for (int stops = 0; stops < 2; ++stops) {
    CHECK(has(resume(p).err, killed ? unknown : written));
    p.configure(with_probe(std::string(told) + adds + refuses));
    up(p, 1);
    CHECK(has(p.davit({"repair"}).out, killed ? unknown : written));
  }
  p.configure(with_probe(std::string(told) + adds));
  resume(p);
  CHECK(stat(up(p, 0), "migrations/0001/k") == (killed ? "2" : "4"));
}

TEST_CASE("a killed run between two others does not take the stats of the first") {
  half_way p(R"t({ phase = "before_ddl", do = "stat_add", key = "k", value = "2" })t",
             "CREATE TABLE one (); SELECT 1 / 0;");
  up(p, 1);
  p.write("CREATE TABLE one (); SELECT pg_sleep(2);");
  resume(p);
  kill_in(p, "pg_sleep");
  p.davit({"up"});
  p.write("CREATE TABLE one (); SELECT 1;");
  resume(p);
  CHECK(stat(up(p, 0), "migrations/0001/k") == "4");
  CHECK(p.database().sql("SELECT string_agg(outcome, ' ' ORDER BY ordinal) FROM davit.run_migration") ==
        "partial to be resumed partial to be resumed applied");
}
