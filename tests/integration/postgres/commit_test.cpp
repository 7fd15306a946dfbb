// COMMIT with what travels with it.
#include "lifecycle/commit.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace davit;
using namespace davit::lifecycle;
using namespace davit::test;

namespace {

commit_answer never() { throw std::logic_error("nothing was lost"); }

postgres::batch one(std::string_view sql) {
  postgres::batch out;
  out.add(sql);
  return out;
}

// A session inside a transaction that has put 1 into the table t.
struct in_transaction {
  test_database database;
  postgres::connection c = database.connect();
  in_transaction() {
    database.sql("CREATE TABLE t (i int)");
    c.exec("BEGIN; INSERT INTO t VALUES (1)");
  }
  std::string rows() const { return database.sql("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"); }
};

} // namespace

TEST_CASE("what goes before COMMIT is committed with it, and what goes after it runs then") {
  in_transaction x;
  const auto end = commit(x.c, one("INSERT INTO t VALUES (2)"), "SET work_mem = '1MB'; SELECT 1", never);
  CHECK(end.answer == commit_answer::committed);
  CHECK(end.followed);
  CHECK(x.rows() == "1,2");
  CHECK(x.c.exec("SHOW work_mem").text(0, 0) == "1MB");
}

TEST_CASE("if what goes before COMMIT is refused, nothing is committed") {
  in_transaction x;
  CHECK_THROWS_AS(commit(x.c, one("SELECT 1 / 0"), "SELECT 1", never), postgres::server_error);
  CHECK(x.c.transaction_status() == postgres::transaction_status::aborted);
  x.c.exec("ROLLBACK");
  CHECK(x.rows().empty());
}

TEST_CASE("what fails after COMMIT does not take it back: it is said that the session is not as it should be") {
  in_transaction x;
  const auto end = commit(x.c, one("SELECT 1"), "SELECT 1 / 0", never);
  CHECK(end.answer == commit_answer::committed);
  CHECK_FALSE(end.followed);
  CHECK(x.rows() == "1");
}

TEST_CASE("a COMMIT that the server makes a ROLLBACK of is no success") {
  in_transaction x;
  CHECK_THROWS_AS(x.c.exec("SELECT 1 / 0"), postgres::server_error);
  try {
    commit(x.c, {}, "SELECT 1", never);
    FAIL("it was committed");
  } catch (const error &e) {
    CHECK(e.code == error_code::transaction_ended);
  }
  CHECK(x.rows().empty());
}

TEST_CASE("a session that breaks before the answer to COMMIT is a question for whoever can find out") {
  for (const auto found : {commit_answer::committed, commit_answer::unknown}) {
    in_transaction x;
    const auto end =
        commit(x.c, one("SELECT pg_terminate_backend(pg_backend_pid())"), "SELECT 1", [found] { return found; });
    CHECK(end.answer == found);
    CHECK_FALSE(end.followed);
  }
}

TEST_CASE("a session that broke before COMMIT, as was found out, is told of in the server's own words") {
  in_transaction x;
  try {
    commit(x.c, one("SELECT pg_terminate_backend(pg_backend_pid())"), "SELECT 1",
           [] { return commit_answer::rolled_back; });
    FAIL("it was committed");
  } catch (const error &e) {
    CHECK(e.code == error_code::connection_lost);
    CHECK(e.hint.starts_with("the server has rolled back what was not committed"));
  }
}
