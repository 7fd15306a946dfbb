// What handlers have committed in a migration without a transaction, of which no statement was done when davit ended.
#include "half_way.hpp"
#include "support/older_ledger.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace davit::test;

namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";
constexpr std::string_view tells =
    R"t({ phase = "before_validation", handler = "tell", do = "sql", sql = "INSERT INTO told VALUES (1)" },
        { phase = "pre_execute", do = "info", key = "migration.called_before" },)t";
constexpr std::string_view sleeps =
    R"t({ phase = "before_ddl", handler = "wait", do = "sql", sql = "SELECT pg_sleep(1)" })t";
constexpr std::string_view not_known = "which handlers have written something before davit ended is not known";
constexpr std::string_view none_done = "none of its statements is done, but ";
constexpr std::string_view anew = "begins it anew";
constexpr std::string_view begun_before = "0001_one was begun before, and none of its statements is done, but ";

struct begun : project {
  explicit begun(const std::string &actions) : project(with_probe(actions)) {
    database().sql("CREATE TABLE told (i int)");
    migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one ();");
    migration("0001_one.down.sql", std::string(marked) + "DROP TABLE one;");
  }
  std::string told() const { return database().sql("SELECT count(*) FROM told"); }
};

// The handlers have committed, and no statement is done.
struct killed_in_handlers : begun {
  killed_in_handlers() : begun(std::string(tells) + std::string(sleeps)) {
    kill_in(*this, "pg_sleep");
    REQUIRE(has(davit({"repair"}).out, anew));
    configure(with_probe(tells));
  }
  void nobody_tells_of_it() const {
    CHECK(has(davit({"repair"}).out, "nothing to repair"));
    CHECK_FALSE(has(davit({"repair"}).out, anew));
    CHECK_FALSE(has(davit({"doctor"}).out, none_done));
    CHECK_FALSE(has(davit({"status"}).out, none_done));
  }
};

} // namespace

TEST_CASE(
    "after kill -9 in handlers before the first statement, all say who may have written, and the next run goes on") {
  begun p(std::string(tells) + std::string(sleeps));
  kill_in(p, "pg_sleep");
  const std::string who = std::string(not_known) +
                          ", of probe.tell at before_validation, probe.wait at before_ddl: they will be called again";
  const auto look = [&] {
    const auto status = p.davit({"status"}).out;
    CHECK(has(status, "pending"));
    CHECK(has(status, std::string(none_done) + who));
    const auto repair = p.davit({"repair"});
    CHECK(repair.exit_code == 0);
    CHECK(has(repair.out, "0001: davit up begins it anew; none of its statements is done, but " + who));
    CHECK(p.davit_json({"repair"}).text("/called_before/0/version") == "0001");
    CHECK(has(p.davit({"plan"}).out, who));
    CHECK(has(p.davit_json({"plan"}).text("/migrations/0/called_before"), who));
    CHECK(has(p.davit({"doctor"}).out, "0001 was begun on its way up: none of its statements is done, but " + who));
  };
  look();
  p.configure(std::string(head) + probe(R"t({ phase = "validated", do = "fail", text = "not now" })t"));
  up(p, 1); // which has settled it
  look();

  p.configure(with_probe(tells));
  const auto run = up(p, 0);
  CHECK(has(run.err(), std::string(begun_before) + who));
  CHECK(run.messages("pre_execute") == "true");
  CHECK(p.told() == "2");
  CHECK(p.database().sql("SELECT string_agg(outcome || ' ' || coalesce(handlers, '-'), ', ' ORDER BY ordinal) FROM "
                         "davit.run_migration") ==
        "failed probe.tell at before_validation, probe.wait at before_ddl, applied -");
  CHECK_FALSE(has(p.davit({"status"}).out, none_done));

  p.migration("0002_two.up.sql", std::string(marked) + "CREATE TABLE two ();");
  const auto next = up(p, 0);
  CHECK(next.messages("pre_execute") == "none");
  CHECK_FALSE(has(next.err(), "was begun before"));
}

TEST_CASE("after kill -9 in the first statement only those that were called may have written") {
  begun p(std::string(tells) + R"t({ phase = "after_ddl", handler = "later", do = "sql", sql = "SELECT 1" })t");
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one AS SELECT 1 AS i FROM pg_sleep(1);");
  kill_in(p, "pg_sleep");
  const std::string who = std::string(not_known) + ", of probe.tell at before_validation: ";
  CHECK(has(p.davit({"status"}).out, who));
  CHECK(has(up(p, 0).err(), std::string(begun_before) + who));
}

TEST_CASE("where davit lived on, it is known who has written, and the next run says it") {
  begun p(std::string(tells) +
          R"t({ phase = "before_validation", handler = "no", do = "sql", sql = "SELECT 1 / 0" })t");
  up(p, 1);
  const std::string who =
      "what handlers did in it stays, and they will be called again: probe.tell at before_validation "
      "(1 row)";
  CHECK(has(p.davit({"status"}).out, std::string(none_done) + who));
  p.configure(with_probe(tells));
  const auto run = up(p, 0);
  CHECK(has(run.err(), std::string(begun_before) + who));
  CHECK_FALSE(has(run.err(), not_known));
  CHECK(run.messages("pre_execute") == "true");
}

TEST_CASE("where no handler may write, nothing is told of those that were called") {
  const project p(with_probe(sleeps, "grant = [\"db.read\"]\n"));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one ();");
  kill_in(p, "pg_sleep");
  CHECK_FALSE(has(p.davit({"status"}).out, none_done));
  CHECK(has(p.davit({"repair"}).out, "nothing to repair"));
  p.configure(std::string(head));
  CHECK_FALSE(has(up(p, 0).err(), "was begun before"));
}

TEST_CASE("on the way down it is told, too, and of nothing else") {
  begun p{std::string(tells)};
  up(p, 0);
  p.configure(with_probe(std::string(tells) + std::string(sleeps)));
  running_program davit(p.command({"down"}));
  wait_for_statement(p, "pg_sleep");
  davit.send(SIGKILL);
  davit.wait();
  wait_until_davit_is_gone(p);
  CHECK(has(p.davit({"status"}).out, "of its down file none of its statements is done, but "));
  CHECK(has(p.davit({"plan", "--down"}).out, none_done));
  CHECK(has(p.davit({"repair"}).out, "0001: davit down begins it anew; "));
  CHECK_FALSE(has(up(p, 0).err(), "was begun before"));
  p.configure(with_probe(tells));
  CHECK(has(down(p, 0).err(), begun_before));
  CHECK_FALSE(has(up(p, 0).err(), "was begun before"));
}

TEST_CASE("repair names the handlers that a killed run had called, where statements are done, too") {
  begun p{std::string(tells)};
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (); SELECT pg_sleep(1);");
  kill_in(p, "pg_sleep");
  const std::string who = std::string(not_known) + ", of probe.tell at before_validation: they will be called again";
  const auto repair = p.davit({"repair"}).out;
  CHECK(has(repair, who));
  CHECK_FALSE(has(repair, anew));
  CHECK_FALSE(p.davit_json({"repair"}).has("/called_before/0"));
  CHECK_FALSE(has(p.davit({"doctor"}).out, none_done));
  up(p, 6);
  CHECK(has(resume(p).err, who));
  CHECK(up(p, 0).messages("pre_execute") == "none");
}

TEST_CASE("a ledger from before handlers were named has nothing to tell of them") {
  begun p(std::string(tells) + std::string(sleeps));
  kill_in(p, "pg_sleep");
  make_ledger_older(p, 9);
  CHECK_FALSE(has(p.davit({"status"}).out, none_done));
  CHECK(has(p.davit({"repair"}).out, "nothing to repair"));
  p.configure(with_probe(tells));
  CHECK_FALSE(has(up(p, 0).err(), "was begun before"));
}

TEST_CASE("of a migration that was baselined since nothing is told, for no run begins it") {
  const killed_in_handlers p;
  REQUIRE(p.davit({"baseline", "1"}).exit_code == 0);
  p.nobody_tells_of_it();
  CHECK_FALSE(has(up(p, 0).err(), begun_before));
}

TEST_CASE("of a migration whose file is gone nothing is told until it is back") {
  const killed_in_handlers p;
  const auto file = p.folder() / "migrations" / "0001_one.up.sql";
  const auto aside = p.folder() / "aside";
  const auto down = p.folder() / "migrations" / "0001_one.down.sql";
  std::filesystem::rename(file, aside);
  std::filesystem::remove(down);
  p.nobody_tells_of_it();
  std::filesystem::rename(aside, file);
  CHECK(has(p.davit({"repair"}).out, anew));
  CHECK(has(up(p, 0).err(), begun_before));
}

TEST_CASE("where the file is one transaction by now, a run tells of handlers as it does without one") {
  const killed_in_handlers p;
  p.migration("0001_one.up.sql", "CREATE TABLE one ();");
  const auto dry = davit_run(p, {"up", "--dry-run"}, 0);
  CHECK(has(dry.err(), begun_before));
  CHECK(dry.messages("pre_execute") == "true");
  CHECK(p.told() == "1");
  const auto run = up(p, 0);
  CHECK(has(run.err(), begun_before));
  CHECK(run.messages("pre_execute") == "true");
  CHECK(p.told() == "2");
  p.nobody_tells_of_it();
}

TEST_CASE("a dry run tells of handlers in a migration that it cannot try, too") {
  const killed_in_handlers p;
  CHECK(has(davit_run(p, {"up", "--dry-run"}, 0).err(), begun_before));
}

TEST_CASE("it is told once of a migration that was given another zero between two kills") {
  const begun p(std::string(tells) + std::string(sleeps));
  kill_in(p, "pg_sleep");
  for (const char *file : {"one.up.sql", "one.down.sql"})
    std::filesystem::rename(p.folder() / "migrations" / ("0001_" + std::string(file)),
                            p.folder() / "migrations" / ("1_" + std::string(file)));
  kill_in(p, "pg_sleep");
  CHECK(count(p.davit({"status"}).out, none_done) == 1);
  CHECK(count(p.davit({"repair"}).out, anew) == 1);
  CHECK(count(p.davit({"doctor"}).out, none_done) == 1);
  p.configure(with_probe(tells));
  CHECK(count(up(p, 0).err(), "was begun before") == 1);
}
