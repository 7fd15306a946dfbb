// COPY between davit and a server that is in no hurry.
#include "support/test_database.hpp"

#include <doctest/doctest.h>

using namespace davit;
using namespace davit::test;

TEST_CASE("a server that does not take the data of a COPY, or send its own, is waited for as for an answer") {
  const test_database database;
  database.sql("CREATE TABLE l (); CREATE TABLE t (i text);"
               "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN LOCK TABLE l; RETURN NEW; END';"
               "CREATE FUNCTION wait_too() RETURNS int LANGUAGE plpgsql AS 'BEGIN LOCK TABLE l; RETURN 1; END';"
               "CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION wait()");
  auto c = database.connect();
  auto holder = database.connect();
  bool waited = false;
  c.while_waiting(std::chrono::milliseconds(10), [&] {
    waited = true;
    if (holder.transaction_status() != postgres::transaction_status::idle) holder.exec("COMMIT");
  });
  std::string data; // more than the sockets' buffers hold
  for (int i = 0; i < 40; ++i) data += std::string(500'000, 'x') + "\n";
  holder.exec("BEGIN; LOCK TABLE l");
  CHECK(c.exec_statement("COPY t FROM stdin", data).rows_affected() == 40);
  CHECK(waited);
  waited = false;
  holder.exec("BEGIN; LOCK TABLE l");
  CHECK(c.exec("COPY (SELECT wait_too() FROM t) TO stdout").rows_affected() == 40);
  CHECK(waited);
}

TEST_CASE("what the server says as it ends a session in the middle of its COPY is told") {
  const test_database database;
  database.sql("CREATE TABLE t (i text);"
               "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
               "pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';"
               "CREATE TRIGGER ends BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION ends()");
  auto c = database.connect();
  std::string data;
  for (int i = 0; i < 40; ++i) data += std::string(500'000, 'x') + "\n";
  try {
    c.exec_statement("COPY t FROM stdin", data);
    FAIL("no error");
  } catch (const postgres::server_error &e) {
    CHECK(e.sqlstate == "57P01");
    CHECK(e.code == error_code::connection_lost);
  }
}
