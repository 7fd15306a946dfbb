// All sessions of a run are on one server and in one database, wherever the way to it leads by then.
#include "../lifecycle/probe_run.hpp"

#include "lifecycle/sessions/lock_key.hpp"
#include "postgres/private_server.hpp"
#include "support/proxy.hpp"

#include <doctest/doctest.h>

using namespace davit;
using namespace davit::test;

namespace {

// Both with and without a transaction, in the migration and in a handler, on either connection.
constexpr std::string_view everywhere = R"t(
  { phase = "pre_execute", do = "sql", sql = "CREATE TABLE IF NOT EXISTS before_it (i int)" },
  { phase = "after_ddl", handler = "aside", do = "sql", side = true, sql = "CREATE TABLE IF NOT EXISTS aside (i int)" })t";

void add_migrations(const project &p) {
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "-- davit: no-transaction\nCREATE TABLE two (i int); INSERT INTO two VALUES (2);");
  p.migration("0002_two.verify.sql",
              "SELECT source IN ('default', 'configuration file') FROM pg_settings WHERE name = 'TimeZone';");
}

std::string tables(postgres::connection c) {
  return std::string(c.exec("SELECT COALESCE(string_agg(relname, ' ' ORDER BY relname), '') FROM pg_class WHERE "
                            "relnamespace = 'public'::regnamespace AND relkind = 'r'")
                         .text(0, 0));
}

} // namespace

TEST_CASE("what a plugin does to the environment sends no session of davit's elsewhere") {
  const test_database other;
  const std::string elsewhere = (server().folder() / "nowhere").string();
  for (const auto &variable : {std::pair<std::string, std::string>{"PGDATABASE", other.name()},
                               {"PGHOST", elsewhere},
                               {"PGHOSTADDR", "127.0.0.1"},
                               {"PGPORT", "1"},
                               {"PGUSER", "nobody"},
                               {"PGTZ", "Asia/Tokyo"},
                               {"PGOPTIONS", "-c default_transaction_read_only=on"}}) {
    const std::string &name = variable.first;
    CAPTURE(name);
    const project p(with_probe(action(R"t(phase = "startup")t", "do = \"environment\", key = \"" + name +
                                                                    "\", value = \"" + variable.second + "\"") +
                               std::string(everywhere)));
    add_migrations(p);
    davit_run(p, {"up"}, 0,
              {{"DAVIT_DATABASE_URL", std::nullopt},
               {"PGHOST", server().folder().string()},
               {"PGUSER", "postgres"},
               {"PGDATABASE", p.database().name()}});
    CHECK(tables(p.database().connect()) == "aside before_it one two");
    CHECK(ledger(p) == "0001 applied, 0002 applied");
    CHECK(tables(other.connect()) == "");
  }
}

TEST_CASE("where another server answers than the one with the run lock, nothing is done there, and davit says so") {
  const postgres::private_server second;
  for (const bool in_transaction : {true, false}) {
    CAPTURE(in_transaction);
    const proxy first(server().folder());
    const project p(head);
    p.migration("0001_one.up.sql",
                std::string(in_transaction ? "" : "-- davit: no-transaction\n") + "CREATE TABLE one (i int);");
    postgres::connection there({second.url(), "davit-test"});
    there.exec("CREATE DATABASE " + p.database().name());
    auto holder = p.database().connect();
    const std::string key = std::to_string(lifecycle::lock_key(lifecycle::run_lock, "davit"));
    holder.exec("SELECT pg_advisory_lock(" + key + ")");
    running_program davit(p.command(
        {"up", "--json"}, {{"DAVIT_DATABASE_URL", "postgresql://postgres@/" + p.database().name() + "?host=" +
                                                      first.folder().string() + "," + second.folder().string()}}));
    davit.wait_for_output("waiting for the run lock");
    std::filesystem::remove(first.folder() / ".s.PGSQL.5432"); // takes no new sessions any more
    holder.exec("SELECT pg_advisory_unlock(" + key + ")");
    const finished_run run(davit.wait());
    CHECK(run.exit_code() == 5);
    CHECK(run.answer().text("/error/code") == "connect");
    CHECK(has(run.answer().text("/error/message"), "a further session of this run was opened in"));
    CHECK(has(run.answer().text("/error/message"), second.folder().string()));
    CHECK(tables(p.database().connect()) == "");
    CHECK(tables(postgres::connection({second.url(p.database().name()), "davit-test"})) == "");
  }
}
