// A handler cannot end or nest the transaction it runs in.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

// Each of them in one handler, caught, with the refusal reported.
std::string attempts(std::string_view phase, std::string_view more) {
  std::string out;
  for (const auto *sql :
       {"COMMIT", "ROLLBACK", "ABORT", "END", "BEGIN", "START TRANSACTION", "SAVEPOINT mine", "RELEASE davit_handler",
        "ROLLBACK TO davit_handler", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'",
        "COMMIT AND CHAIN", "/* a comment */ COMMIT", "-- a comment\\n/* and /* another */ one */ commit",
        "\\tcOmMiT work ;", ";COMMIT", "; ; ROLLBACK", "/* first */ ; -- second\\n COMMIT"})
    out += "{ phase = \"" + std::string(phase) + "\", do = \"sql\", catch = true, sql = \"" + sql + "\"" +
           std::string(more) + " },\n";
  return out;
}

constexpr std::size_t attempts_made = 19;

} // namespace

TEST_CASE(
    "transaction control is refused in the transaction, in one of the handler's own, and on the side connection") {
  const project p(
      with_probe(attempts("after_ddl", "") + attempts("pre_execute", "") + attempts("cleanup", ", side = true")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const server_log log(p);
  const auto run = up(p, 0);
  const auto sent = log.text();
  for (const auto *phase : {"after_ddl", "pre_execute", "cleanup"}) {
    CAPTURE(phase);
    CHECK(count(run.messages(phase), "DENIED: transaction control is refused") == attempts_made);
  }
  CHECK_FALSE(has(sent, "PREPARE TRANSACTION")); // refused before it is sent
  CHECK_FALSE(has(sent, "a comment"));
  CHECK_FALSE(has(sent, "/* first */"));
  CHECK(exists(p, "one"));
}

TEST_CASE("transaction control is refused at the phases of a migration without a transaction") {
  const project p(with_probe(attempts("after_ddl", "")));
  p.migration("0001_one.up.sql", "-- davit: no-transaction\nCREATE TABLE one (i int);");
  CHECK(count(up(p, 0).messages("after_ddl"), "DENIED") == attempts_made);
}

TEST_CASE("a procedure or a DO block cannot end the migration's transaction either") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", handler = "do", do = "sql", sql = "DO 'BEGIN COMMIT; END'" },
    { phase = "after_ddl", handler = "call", do = "sql", sql = "CALL ends()" })t",
                             "on_failure = \"warn\""));
  p.database().sql("CREATE PROCEDURE ends() LANGUAGE plpgsql AS 'BEGIN ROLLBACK; END'");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(run.messages("after_ddl") == "invalid transaction termination | invalid transaction termination");
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("control cannot hide behind another statement, and two statements in one query are refused anyway") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", sql = "SELECT 1; COMMIT", catch = true },
    { phase = "after_ddl", do = "sql", sql = "SELECT 1; SELECT 2", catch = true },
    { phase = "after_ddl", do = "undo" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto said = up(p, 0).messages("after_ddl");
  CHECK(said.starts_with("DENIED: transaction control is refused"));
  CHECK(has(said, "SQL 42601: cannot insert multiple commands"));
  CHECK(exists(p, "one"));
}

TEST_CASE("COPY through the client is refused") {
  const project p(with_probe(R"t(
    { phase = "after_ddl", do = "sql", sql = "COPY one FROM stdin", catch = true },
    { phase = "after_ddl", do = "sql", sql = "COPY one TO stdout", catch = true })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(count(up(p, 0).messages("after_ddl"), "UNSUPPORTED") == 2);
}
