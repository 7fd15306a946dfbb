// davit's own tables: where they are, and that they are left alone.
#include "shell.hpp"

#include "support/older_ledger.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace davit::test;

namespace {

std::string server_log() {
  std::ifstream in(server().log_file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The statements that this command made the server log.
std::string logged_by(const project &p, std::vector<std::string> command) {
  const auto before = server_log().size();
  run_davit(p, std::move(command));
  return server_log().substr(before);
}

} // namespace

TEST_CASE("a schema that was dumped without its data is told of, and what is said leads out") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  for (const char *table : {"hook_call", "run_migration", "progress", "migration", "run", "ledger"})
    p.database().sql(std::string("DELETE FROM davit.") + table);
  const auto hint = run_json(p, {"up"}, 6).text("/error/hint");
  const auto from = hint.find("DROP TABLE");
  REQUIRE(from != hint.npos);
  p.database().sql(hint.substr(from, hint.find(';', from) - from));
  run_davit(p, {"baseline", "1"});
  CHECK(has(run_davit(p, {"up"}).out, "nothing to do"));
}

TEST_CASE("there is no DDL on the ledger when it is current, so no waiting behind its readers") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  p.database().sql("ALTER DATABASE " + p.database().name() + " SET log_statement = 'ddl'");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  p.migration("2_b.down.sql", "DROP TABLE b;");
  const auto up = logged_by(p, {"up"});
  CHECK(has(up, "CREATE TABLE b"));
  CHECK_FALSE(has(up, "davit"));
  for (const std::vector<std::string> &command :
       {std::vector<std::string>{"down"}, {"up"}, {"up"}, {"status"}, {"history"}, {"verify"}}) {
    CAPTURE(command.front());
    CHECK_FALSE(has(logged_by(p, command), "davit"));
  }
}

TEST_CASE("an idle reader of the ledger does not hold up a run") {
  const project p("environment = \"test\"\n[database]\nlock_timeout = \"500ms\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  auto reader = p.database().connect();
  reader.exec("BEGIN; SELECT * FROM davit.migration, davit.run, davit.ledger");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied,2 applied");
}

TEST_CASE("[ledger] schema may have any name") {
  const project p("environment = \"test\"\n[ledger]\nschema = 'Odd \"ledger\"; DROP %s {0} é'\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  run_davit(p, {"up"});
  CHECK(run_json(p, {"status"}).integer("/applied") == 1);
  run_davit(p, {"verify"});
  run_davit(p, {"down"});
  CHECK(run_json(p, {"history"}).size("/runs") == 2);
  CHECK(p.database().sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'davit'") == "0");
  CHECK(p.database().sql("SELECT count(*) FROM \"Odd \"\"ledger\"\"; DROP %s {0} é\".migration") == "1");
}

TEST_CASE("a ledger in the schema of the application lies beside its tables") {
  const project p("[ledger]\nschema = \"public\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT version FROM public.migration") == "1");
}

TEST_CASE("two ledgers in one database do not know of each other") {
  const project p("[ledger]\nschema = \"one\"\n");
  p.migration("1_a.up.sql", "CREATE TABLE IF NOT EXISTS a ();");
  run_davit(p, {"up"});
  p.configure("[ledger]\nschema = \"two\"\n");
  CHECK(run_json(p, {"status"}).integer("/pending") == 1);
  run_davit(p, {"up"});
}

TEST_CASE("the ledger of a newer davit is refused") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  run_davit(p, {"up"});
  p.database().sql("UPDATE davit.ledger SET version = 99");
  const auto refused = run_json(p, {"up"}, 6);
  CHECK(refused.text("/error/code") == "ledger_conflict");
  CHECK(has(refused.text("/error/hint"), "newer davit"));
  run_davit(p, {"status"}, 6);
}

TEST_CASE("the ledger is made, and upgraded, where all tables are published to subscribers") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.database().sql("CREATE PUBLICATION all_of_it FOR ALL TABLES");
  run_davit(p, {"up"});
  p.database().sql("DROP PUBLICATION all_of_it; ALTER TABLE davit.ledger REPLICA IDENTITY DEFAULT");
  make_ledger_older(p, 5);
  p.database().sql("CREATE PUBLICATION all_of_it FOR ALL TABLES");
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied,2 applied");
}
