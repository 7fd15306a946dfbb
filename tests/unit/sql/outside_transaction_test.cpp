#include "sql/outside_transaction.hpp"
#include "sql/statement_kind.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::sql::outside_transaction_name;

TEST_CASE("statements that need to run outside of a transaction are known by name") {
  const struct {
    std::string statement, name;
  } rows[] = {
      {"create index concurrently i on t (a)", "CREATE INDEX CONCURRENTLY"},
      {"CREATE UNIQUE INDEX /* a */ CONCURRENTLY IF NOT EXISTS i ON t (a)", "CREATE INDEX CONCURRENTLY"},
      {"drop index concurrently if exists i", "DROP INDEX CONCURRENTLY"},
      {"reindex index concurrently i", "REINDEX CONCURRENTLY"},
      {"reindex (verbose, concurrently) table t", "REINDEX CONCURRENTLY"},
      {"reindex (concurrently 'on', verbose) table t", "REINDEX CONCURRENTLY"},
      {"reindex (verbose) table concurrently t", "REINDEX CONCURRENTLY"},
      {"reindex schema s", "REINDEX SCHEMA"},
      {"reindex (verbose) database d", "REINDEX DATABASE"},
      {"reindex system", "REINDEX SYSTEM"},
      {"vacuum", "VACUUM"},
      {"vacuum (analyze) t", "VACUUM"},
      {"alter system set work_mem = '1MB'", "ALTER SYSTEM"},
      {"alter system reset all", "ALTER SYSTEM"},
      {"create database d template t", "CREATE DATABASE"},
      {"drop database if exists d with (force)", "DROP DATABASE"},
      {"create tablespace t location '/a'", "CREATE TABLESPACE"},
      {"drop tablespace if exists t", "DROP TABLESPACE"},
      {"alter database \"d\" set tablespace t", "ALTER DATABASE … SET TABLESPACE"},
      {"cluster", "CLUSTER of all tables"},
      {"cluster verbose", "CLUSTER of all tables"},
      {"cluster (verbose)", "CLUSTER of all tables"},
      {"alter table a.b detach partition a.c concurrently", "ALTER TABLE … DETACH PARTITION … CONCURRENTLY"},
      {"alter table if exists only b detach partition \"c\" concurrently",
       "ALTER TABLE … DETACH PARTITION … CONCURRENTLY"},
      {"create subscription s connection 'c' publication p", "CREATE SUBSCRIPTION with create_slot"},
      {"create subscription s connection 'c' publication p with (copy_data = false)",
       "CREATE SUBSCRIPTION with create_slot"},
      {"create subscription s connection 'c' publication p with (create_slot)", "CREATE SUBSCRIPTION with create_slot"},
      {"alter subscription s refresh publication", "ALTER SUBSCRIPTION … REFRESH"},
      {"alter subscription s set publication p", "ALTER SUBSCRIPTION with refresh"},
      {"alter subscription s add publication p, q with (refresh = true)", "ALTER SUBSCRIPTION with refresh"},
      {"alter subscription s drop publication p with (copy_data = false)", "ALTER SUBSCRIPTION with refresh"},
      {"alter subscription s set (slot_name = 'x', failover = true)", "ALTER SUBSCRIPTION … SET of its slot"},
      {"discard all", "DISCARD ALL"},
  };
  for (const auto &row : rows) {
    CAPTURE(row.statement);
    CHECK(outside_transaction_name(row.statement) == row.name);
    CHECK(outside_transaction_name("-- a\n" + row.statement + ";") == row.name);
    CHECK(davit::sql::classify(row.statement) == davit::sql::statement_kind::outside_transaction);
  }
}

TEST_CASE("their relatives that can run in a transaction are not among them") {
  for (const std::string statement :
       {"create index i on t (a)",
        "create index \"concurrently\" on t (a)",
        "create table concurrently (a int)",
        "drop index i",
        "reindex table t",
        "reindex (verbose) index i",
        "reindex (concurrently false) index i",
        "reindex (concurrently = off) table t",
        "analyze t",
        "alter database d set work_mem = '1MB'",
        "alter database d owner to o",
        "alter tablespace t owner to o",
        "cluster t using i",
        "cluster (verbose) t",
        "cluster verbose t",
        "alter table a detach partition b",
        "alter table a detach partition b finalize",
        "alter table a add column concurrently int",
        "refresh materialized view concurrently m",
        "alter type e add value 'x'",
        "create subscription s connection 'c' publication p with (connect = false)",
        "create subscription s connection 'c' publication p with (enabled = false, create_slot = false)",
        "alter subscription s disable",
        "alter subscription s set (slot_name = none)",
        "alter subscription s set publication p with (refresh = false)",
        "drop subscription s",
        "discard temp",
        "comment on database d is 'x'",
        "create user vacuum",
        "",
        ";"}) {
    CAPTURE(statement);
    CHECK(outside_transaction_name(statement).empty());
  }
}
