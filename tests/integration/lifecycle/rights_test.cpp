// Capabilities: db.read is enforced wherever a plugin's SQL runs, and nothing is what it says.
#include "probe_run.hpp"
#include "support/paths.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

constexpr std::string_view reader = "grant = [\"db.read\"]";

// Ways to get the right to write, and an attempt to use it after each of them.
std::string tries(std::string_view where) {
  std::string out;
  for (const auto *sql :
       {"SELECT 1", "SET TRANSACTION READ WRITE", "SET transaction_read_only = off",
        "SET LOCAL transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET default_transaction_read_only = off", "DO 'BEGIN SET TRANSACTION READ WRITE; END'",
        "SELECT set_config('transaction_read_only', 'off', false)"})
    out += action(where, "do = \"sql\", catch = true, sql = \"" + std::string(sql) + "\"") +
           action(where, R"t(do = "sql", catch = true, sql = "INSERT INTO t VALUES (1)")t") +
           action(where, R"t(do = "undo", catch = true)t");
  return out + action(where, R"t(do = "sql", sql = "SELECT count(*) FROM t", expect = "0")t");
}

struct shop : project {
  explicit shop(const std::string &toml) : project(toml) { database().sql("CREATE TABLE t (i int)"); }
};

void check_nothing_written(const shop &p, const finished_run &run, const std::string &phase) {
  CHECK(run.outcomes(phase) == "ok");
  CHECK(has(run.messages(phase), "SQL 25006: cannot execute INSERT in a read-only transaction"));
  CHECK(p.database().sql("SELECT rows_affected FROM davit.hook_call WHERE phase = '" + phase + "'") == "0");
  CHECK(p.database().sql("SELECT count(*) FROM t") == "0");
}

} // namespace

TEST_CASE("db.read without db.write cannot write in the migration's transaction, nor switch that back") {
  const shop p(with_probe(tries(R"t(phase = "before_ddl")t"), reader));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  check_nothing_written(p, up(p, 0), "before_ddl");
  CHECK(exists(p, "one")); // the migration itself writes
}

TEST_CASE("db.read without db.write cannot write on the run session, before or after the run lock is held") {
  for (const std::string phase : {"startup", "pre_validate", "pre_execute", "post_execute"}) {
    CAPTURE(phase);
    const shop p(with_probe(tries("phase = \"" + phase + "\""), reader));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    check_nothing_written(p, up(p, 0), phase);
  }
}

TEST_CASE("db.read without db.write cannot write at the phases of a migration without a transaction") {
  const shop p(with_probe(tries(R"t(phase = "before_ddl")t"), reader));
  p.migration("0001_one.up.sql", "-- davit: no-transaction\nCREATE TABLE one (i int);");
  check_nothing_written(p, up(p, 0), "before_ddl");
  CHECK(exists(p, "one"));
}

TEST_CASE("db.read without db.write cannot write on the side connection") {
  const shop p(with_probe(tries(R"t(phase = "before_ddl", side = true)t"), reader));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  check_nothing_written(p, up(p, 0), "before_ddl");
}

TEST_CASE("what one plugin may not do does not bind the next one in the same transaction") {
  const shop p(std::string(head) +
               probe(R"t({ phase = "before_ddl", do = "sql", sql = "SELECT count(*) FROM t" })t", reader, "reads") +
               probe(R"t({ phase = "before_ddl", do = "sql", sql = "INSERT INTO t VALUES (1)" })t", "", "writes"));
  p.migration("0001_one.up.sql", "INSERT INTO t VALUES (2);");
  up(p, 0);
  CHECK(p.database().sql("SELECT count(*) FROM t") == "2");
}

TEST_CASE("without a capability no SQL is run at all") {
  const project p(with_probe(R"t(
    { phase = "before_ddl", do = "sql", sql = "SELECT 1", catch = true },
    { phase = "before_ddl", do = "sql", sql = "SELECT 1", side = true, catch = true },
    { phase = "before_ddl", do = "stream", sql = "SELECT 1", catch = true },
    { phase = "startup", do = "sql", sql = "SELECT 1", catch = true })t",
                             "grant = []"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const std::string denied = "DENIED: the plugin has neither db.read nor db.write";
  CHECK(run.messages("before_ddl") == denied + "; " + denied + "; UNSUPPORTED: no davit.rows/1");
  CHECK(run.messages("startup") == denied);
}

TEST_CASE(
    "a grant that leaves out what a plugin requires refuses the plugin, and one it does not ask for is an error") {
  const auto many_rows = [](std::string_view grant) {
    return std::string(head) +
           "[[plugins]]\nname = \"rows\"\npath = \"libmany_rows.so\"\ngrant = " + std::string(grant) + "\n";
  };
  const environment path{{"DAVIT_PLUGIN_PATH", test_plugin_dir().string()}};
  const project p(many_rows("[]"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = davit_run(p, {"up"}, 4, path);
  CHECK(run.answer().text("/error/code") == "plugin_capability");
  CHECK(has(run.answer().text("/error/message"), "'db.read'"));
  CHECK_FALSE(exists(p, "davit.ledger"));

  p.configure(many_rows("[\"db.read\", \"net\"]"));
  CHECK(davit_run(p, {"up"}, 3, path).answer().text("/error/code") == "config_value");
}
