// The server is asked which statements it refuses inside a transaction block.
#include "postgres/connection.hpp"
#include "sql/outside_transaction.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using davit::postgres::connection;

constexpr const char *objects = R"(
  CREATE TABLE h (a int PRIMARY KEY);
  CREATE TABLE pt (a int) PARTITION BY LIST (a);
  CREATE TABLE p1 PARTITION OF pt FOR VALUES IN (1);
  CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
  CREATE UNIQUE INDEX ON mv (a);
  CREATE TYPE en AS ENUM ('a');
  CREATE SUBSCRIPTION s CONNECTION 'host=/nowhere' PUBLICATION pub WITH (connect = false);
)";

// What comes before the statement makes it get as far as the question.
bool is_refused_in_transaction(connection &session, const std::string &preparation, const std::string &statement) {
  session.exec("BEGIN");
  session.exec(preparation);
  bool refused = false;
  try {
    session.exec_statement(statement);
  } catch (const davit::postgres::server_error &e) {
    refused = e.sqlstate == davit::postgres::sqlstate::active_sql_transaction;
    // Any other refusal must be one that comes of the objects, not of the spelling.
    CHECK_MESSAGE(e.sqlstate != "42601", e.message);
  }
  session.exec("ROLLBACK");
  return refused;
}

} // namespace

TEST_CASE("the statements that the server refuses in a transaction are those that davit takes out of it") {
  const davit::test::test_database database;
  database.sql(objects);
  auto session = database.connect();
  for (const std::string statement :
       {"create index concurrently i on h (a)",
        "create unique index concurrently if not exists i on h (a)",
        "create index i on h (a)",
        "drop index concurrently h_pkey",
        "drop index if exists nope",
        "reindex index concurrently h_pkey",
        "reindex (concurrently) index h_pkey",
        "reindex (concurrently off, verbose) index h_pkey",
        "reindex (verbose) table concurrently h",
        "reindex table h",
        "reindex schema public",
        "reindex database postgres",
        "reindex system postgres",
        "vacuum",
        "vacuum (analyze) h",
        "analyze h",
        "alter system set work_mem = '4MB'",
        "alter system reset all",
        "create database d",
        "drop database if exists d",
        "alter database postgres set tablespace pg_default",
        "alter database postgres set work_mem = '4MB'",
        "create tablespace t location '/nowhere'",
        "drop tablespace if exists t",
        "alter tablespace pg_default set (random_page_cost = 2)",
        "cluster",
        "cluster verbose",
        "cluster h using h_pkey",
        "cluster (verbose) h using h_pkey",
        "alter table pt detach partition p1 concurrently",
        "alter table if exists only public.pt detach partition p1 concurrently",
        "alter table pt detach partition p1 finalize",
        "alter table pt detach partition p1",
        "create subscription n connection 'host=/nowhere' publication p",
        "create subscription n connection 'host=/nowhere' publication p with (create_slot)",
        "create subscription n connection 'host=/nowhere' publication p with (connect = off)",
        "create subscription n connection 'host=/nowhere' publication p "
        "with (enabled = false, create_slot = false)",
        "refresh materialized view concurrently mv",
        "alter type en add value 'b'",
        "discard all",
        "discard plans",
        "checkpoint"}) {
    CAPTURE(statement);
    const bool known = !davit::sql::outside_transaction_name(statement).empty();
    CHECK(is_refused_in_transaction(session, "SELECT 1", statement) == known);
  }
  for (const std::string statement :
       {"alter subscription s refresh publication", "alter subscription s set publication q",
        "alter subscription s add publication q with (copy_data = false)",
        "alter subscription s set publication q with (refresh = false)", "alter subscription s disable"}) {
    CAPTURE(statement);
    const bool known = !davit::sql::outside_transaction_name(statement).empty();
    CHECK(is_refused_in_transaction(session, "ALTER SUBSCRIPTION s ENABLE", statement) == known);
  }
  session.exec("ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s");
}
