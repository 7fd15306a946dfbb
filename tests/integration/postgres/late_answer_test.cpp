// Statements whose answer is read later: nothing of it is lost, or taken for another statement's.
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <poll.h>

using namespace davit;
using namespace davit::test;

namespace {

struct fixture {
  test_database database;
  postgres::connection c = database.connect();
  fixture() { c.exec("CREATE TABLE t (i int)"); }
  std::string rows() const { return database.sql("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"); }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "rows and statements that were sent are there once they are answered") {
  c.send("SELECT 1; COPY t FROM stdin; INSERT INTO t VALUES (3)", "1\n2\n");
  c.answer();
  CHECK(rows() == "1,2,3");
  c.send("INSERT INTO t VALUES (4)");
  c.answer();
  CHECK(rows() == "1,2,3,4");
  c.answer(); // to nothing
}

TEST_CASE_FIXTURE(fixture, "whatever is sent next waits for them, and gets its own answer") {
  c.send("COPY t FROM stdin", "1\n");
  CHECK(c.exec("SELECT count(*) FROM t").text(0, 0) == "1");
  c.send("COPY t FROM stdin", "2\n");
  CHECK(c.query("SELECT count(*) FROM t").text(0, 0) == "2");
  c.answer();
}

TEST_CASE_FIXTURE(fixture, "a refusal is thrown by answer(), also if another statement has come upon it before") {
  const auto refused = [this] {
    try {
      c.answer();
    } catch (const postgres::server_error &e) {
      return e.sqlstate;
    }
    return std::string();
  };
  c.send("COPY t FROM stdin", "1\nno number\n");
  CHECK(refused() == "22P02");
  c.send("COPY nowhere FROM stdin", "1\n");
  CHECK(c.exec("SELECT 1").text(0, 0) == "1");
  CHECK(refused() == "42P01");
  CHECK(refused().empty());
  c.send("SELECT 1 / 0");
  CHECK_THROWS_AS(c.send("SELECT 1"), postgres::server_error);
  CHECK(rows().empty());
}

TEST_CASE_FIXTURE(fixture, "it can be asked whether there is an answer to come") {
  CHECK_FALSE(c.awaits_answer());
  c.send("COPY t FROM stdin", "1\n");
  CHECK(c.awaits_answer());
  for (int i = 0; i < 3000 && c.awaits_answer(); ++i) {
    pollfd p{c.socket(), POLLIN, 0};
    ::poll(&p, 1, 10);
  }
  CHECK_FALSE(c.awaits_answer());
  CHECK(rows() == "1");
  c.answer();
}

TEST_CASE_FIXTURE(fixture, "what was sent is done also if its sender is gone") {
  {
    postgres::connection other = database.connect();
    other.send("COPY t FROM stdin", "1\n");
  }
  for (int i = 0; i < 3000 && rows().empty(); ++i) ::poll(nullptr, 0, 10);
  CHECK(rows() == "1");
}

TEST_CASE_FIXTURE(fixture, "a session that is lost before its answer is said to be lost") {
  c.send("SELECT pg_terminate_backend(pg_backend_pid())");
  try {
    c.answer();
    FAIL("it was answered");
  } catch (const error &e) {
    CHECK(e.code == error_code::connection_lost);
  }
}
