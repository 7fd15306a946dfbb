// Statements that are sent together, in a pipeline and as one message.
#include "postgres/batch.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace davit;
using namespace davit::test;
using postgres::batch;
using postgres::connection;

namespace {

constexpr std::array both_ways{&connection::run, &connection::run_as_one};

// The statements whose answers arrived, and the one that was refused.
struct record {
  std::vector<std::string> answered;
  std::string refused;

  void add(batch &to, const std::string &sql) {
    to.add(
        sql, {}, [this, sql](const postgres::result &) { answered.push_back(sql); },
        [this, sql](postgres::server_error &e) {
          refused = sql;
          e.hint = "of " + sql;
        });
  }
};

} // namespace

TEST_CASE("every statement's answer goes to it, in order") {
  const test_database database;
  connection c = database.connect();
  for (const auto way : both_ways) {
    std::string seen;
    batch b;
    for (const std::string n : {"1", "2", "3"})
      b.add("SELECT " + n, {}, [&seen](const postgres::result &r) { seen += r.text(0, 0); });
    (c.*way)(b);
    CHECK(seen == "123");
  }
}

TEST_CASE("the first failure is thrown with what its statement adds, and nothing after it runs") {
  const test_database database;
  database.sql("CREATE TABLE t (i int)");
  connection c = database.connect();
  for (const auto way : both_ways) {
    record all;
    batch b;
    for (const char *sql : {"INSERT INTO t VALUES (1)", "SELECT 1 / 0", "INSERT INTO t VALUES (2)", "SELECT nothing"})
      all.add(b, sql);
    try {
      (c.*way)(b);
      FAIL("it was not refused");
    } catch (const postgres::server_error &e) {
      CHECK(e.sqlstate == "22012");
      CHECK(e.hint == "of SELECT 1 / 0");
    }
    CHECK(all.answered == std::vector<std::string>{"INSERT INTO t VALUES (1)"});
    CHECK(all.refused == "SELECT 1 / 0");
    CHECK(c.exec("SELECT count(*) FROM t").text(0, 0) == "0"); // together they were one transaction
  }
}

TEST_CASE("what a callback throws arrives once all answers are read, and the session can be used again") {
  const test_database database;
  connection c = database.connect();
  for (const auto way : both_ways) {
    batch b;
    bool later = false;
    b.add("SELECT 1", {}, [](const postgres::result &) { throw std::runtime_error("not as expected"); });
    b.add("SELECT 2", {}, [&later](const postgres::result &) { later = true; });
    CHECK_THROWS_WITH_AS((c.*way)(b), "not as expected", std::runtime_error);
    CHECK(later);
    CHECK(c.exec("SELECT 3").text(0, 0) == "3");
  }
}

TEST_CASE("a session that ends half-way is said to be lost") {
  const test_database database;
  for (const auto way : both_ways) {
    connection c = database.connect();
    record all;
    batch b;
    for (const char *sql : {"SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 2"}) all.add(b, sql);
    try {
      (c.*way)(b);
      FAIL("it was not refused");
    } catch (const postgres::server_error &e) {
      CHECK(e.code == error_code::connection_lost);
    }
    CHECK_FALSE(c.alive());
  }
}

TEST_CASE("parameters are a matter of the pipeline") {
  const test_database database;
  connection c = database.connect();
  std::string seen;
  batch b;
  b.add("SELECT $1 || '!', $2::text IS NULL", std::array{postgres::parameter("a';"), postgres::parameter()},
        [&seen](const postgres::result &r) { seen = std::string(r.text(0, 0)) + std::string(r.text(0, 1)); });
  c.run(b);
  CHECK(seen == "a';!t");
}

TEST_CASE("as one message, the last entry may be several statements: their answers are all its own") {
  const test_database database;
  connection c = database.connect();
  std::string seen;
  batch b;
  b.add("SELECT 1", {}, [&seen](const postgres::result &r) { seen += r.text(0, 0); });
  b.add("SELECT 2; SELECT 3", {}, [&seen](const postgres::result &r) { seen += "+" + std::string(r.text(0, 0)); });
  c.run_as_one(b);
  CHECK(seen == "1+2+3");
}

TEST_CASE("a batch that is empty sends nothing") {
  const test_database database;
  connection c = database.connect();
  for (const auto way : both_ways) (c.*way)(batch());
  CHECK(c.transaction_status() == postgres::transaction_status::idle);
}
