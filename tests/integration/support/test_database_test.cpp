#include "support/test_database.hpp"

#include "support/temp_folder.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

using davit::test::test_database;

TEST_CASE("every database is new and empty") {
  std::string first;
  {
    const test_database database;
    first = database.name();
    database.sql("CREATE TABLE t (a int)");
    CHECK(database.schema_dump().find("CREATE TABLE public.t") != std::string::npos);
  }
  const test_database database, another;
  CHECK(database.schema_dump() == another.schema_dump());
  CHECK(database.name() != first);
  CHECK(database.sql("SELECT to_regclass('t') IS NULL") == "t");
  CHECK(database.schema_dump().find("CREATE TABLE") == std::string::npos);
}

TEST_CASE("rows come as text") {
  const test_database database;
  CHECK(database.sql("SELECT 1; SELECT a, NULL, 'x' FROM generate_series(1, 2) a") == "1||x\n2||x");
  CHECK(database.sql("SELECT WHERE false").empty());
  CHECK_THROWS_AS(database.sql("SELECT FROM nowhere"), davit::postgres::server_error);
}

TEST_CASE("psql runs a file and stops at the first error") {
  const davit::test::temp_folder folder;
  const test_database database;
  database.psql(folder.write("good.sql", "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (2);\n"));
  CHECK(database.sql("SELECT count(*) FROM t") == "2");
  CHECK_THROWS_AS(database.psql(folder.write("bad.sql", "SELECT 1/0;\nDELETE FROM t;\n")), std::runtime_error);
  CHECK(database.sql("SELECT count(*) FROM t") == "2");
}

TEST_CASE("davit's own schema is left out of a dump") {
  const test_database database;
  database.sql("CREATE SCHEMA davit; CREATE TABLE davit.migration (a int); CREATE TABLE t (a int)");
  const auto dump = database.schema_dump();
  CHECK(dump.find("CREATE TABLE public.t") != std::string::npos);
  CHECK(dump.find("davit") == std::string::npos);
}

TEST_CASE("a session that was left open does not keep a database alive") {
  auto database = std::make_unique<test_database>();
  auto session = database->connect();
  const auto name = database->name();
  database.reset();
  const test_database other;
  CHECK(other.sql("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'") == "0");
}
