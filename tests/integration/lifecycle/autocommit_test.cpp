// Migrations without a transaction: phases in autocommit, how far they got, and how to go on.
#include "probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace davit::test;

namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";

} // namespace

TEST_CASE("the in-transaction phases of a migration without a transaction run in autocommit, and the context says so") {
  const project p(with_probe(R"t(
    { phase = "before_ddl", do = "describe", text = "migration" },
    { phase = "after_ddl", do = "sql", sql = "INSERT INTO one VALUES (1)" },
    { phase = "after_ddl", do = "sql", side = true, sql = "SELECT count(*) FROM one", expect = "1" },
    { phase = "after_validation", do = "sql", sql = "VACUUM one" },
    { phase = "cleanup", do = "sql", sql = "SELECT 1" },
    { phase = "cleanup", do = "undo", catch = true })t"));
  p.migration("0001_one.up.sql",
              std::string(marked) + "CREATE TABLE one (i int); CREATE INDEX CONCURRENTLY ON one (i);");
  const auto run = up(p, 0);
  CHECK(has(run.messages("before_ddl"), "mode=autocommit"));
  CHECK(has(run.messages("cleanup"), "STATE: there is nothing to undo"));
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("the phases of a migration without a transaction are the same, in the same order") {
  const project p(with_probe(at_every_phase("do = \"report\"")));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (i int);");
  CHECK(up(p, 0).phases() == "startup pre_validate validated pre_execute before_validation before_ddl after_ddl "
                             "after_validation cleanup post_execute post_complete success");
}

TEST_CASE("a failure records the statement that was reached as partial, and no run goes on before it is repaired") {
  const project p(with_probe(R"t({ phase = "on_error", do = "describe", text = "error" })t"));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (i int);\nCREATE TABLE two (i int);\n"
                                                       "INSERT INTO gate VALUES (1);\nCREATE TABLE three (i int);");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/migrations/0/outcome") == "partial");
  CHECK(has(run.answer().text("/error/state"), "its first 2 of "));
  CHECK(has(run.messages("on_error"), "sqlstate=42P01 line=4"));
  CHECK(ledger(p) == "0001 partial");
  CHECK(p.database().sql("SELECT statements_done FROM davit.migration") == "2");
  CHECK(exists(p, "two"));
  CHECK_FALSE(exists(p, "three"));

  const auto refused = up(p, 6);
  CHECK(refused.answer().text("/error/code") == "partly_applied");
  CHECK(has(refused.answer().text("/error/hint"), "davit repair 0001"));

  p.database().sql("CREATE TABLE gate (i int)");
  davit_run(p, {"repair", "0001", "--resume"}, 0);
  up(p, 0);
  CHECK(ledger(p) == "0001 applied");
  CHECK(exists(p, "three"));
  CHECK(p.database().sql("SELECT count(*) FROM gate") == "1");
}

TEST_CASE("a signal in a migration without a transaction records how far it got") {
  const project p(with_probe(R"t({ phase = "failure", do = "report", text = "told" })t"));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (i int); SELECT pg_sleep(65);");
  running_program davit(p.command({"up", "--json"}));
  wait_for_statement(p, "SELECT pg_sleep(65)");
  davit.send(SIGTERM);
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.messages("failure") == "told");
  CHECK(ledger(p) == "0001 partial");
  CHECK(p.database().sql("SELECT statements_done FROM davit.migration") == "1");
}

TEST_CASE("a soft failure in a migration without a transaction goes on, with what the handler did left in place") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", sql = "INSERT INTO one VALUES (1)" },
    { phase = "after_ddl", do = "fail", text = "no" })t",
                             "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (i int);");
  CHECK(up(p, 0).outcomes("after_ddl") == "failed");
  CHECK(p.database().sql("SELECT count(*) FROM one") == "1");
}

TEST_CASE("a failure before the first statement is done leaves nothing to repair") {
  const project p{std::string(head)};
  p.migration("0001_one.up.sql", std::string(marked) + "SELECT 1 / 0; CREATE TABLE one (i int);");
  CHECK(up(p, 1).answer().text("/migrations/0/outcome") == "failed");
  CHECK(ledger(p) == "");
}

TEST_CASE("a handler that fails after the statements of a migration without a transaction leaves it partial") {
  const project p(with_probe(R"t({ phase = "after_ddl", do = "fail", text = "no" })t"));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (i int);");
  const auto run = up(p, 1);
  CHECK(run.answer().text("/migrations/0/outcome") == "partial");
  CHECK(ledger(p) == "0001 partial");
  davit_run(p, {"repair", "0001", "--applied"}, 0);
  p.configure(head);
  CHECK(up(p, 0).answer().text("/outcome") == "nothing_to_do");
}

TEST_CASE("no settings and no lock are left behind for the transactional migration that follows") {
  const project p(with_probe(R"t({ phase = "post_execute", do = "sql", sql = "SHOW lock_timeout" })t"));
  p.migration("0001_one.up.sql", std::string(marked) + "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  CHECK(up(p, 0).messages("post_execute") == "200ms | 200ms");
  wait_until_davit_is_gone(p);
}
