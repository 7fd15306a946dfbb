// Where one transaction a file is not what psql does: davit refuses, says the way out, and the way out works.
#include "support/project.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace davit::test;

namespace {

const std::string directive = "-- davit: no-transaction\n";

struct file {
  const char *what;
  std::string sql;
  int exit_code; // of davit, without the directive
};

const file files[] = {
    {"a new enum value is used at once",
     "ALTER TYPE u ADD VALUE 'b';\nINSERT INTO e VALUES "
     "('b');\n",
     1},
    {"a deferred trigger still waits", "INSERT INTO folk VALUES (1, 1);\nALTER TABLE folk ADD COLUMN name text;\n", 1},
    {"a procedure commits", "CALL batch();\n", 1},
    {"the file has transactions of its own",
     "CREATE TABLE a (a int);\nBEGIN;\nCREATE TABLE b (a int);\nCOMMIT;\nCREATE TABLE c (a int);\n", 3},
};

const char *const objects = "CREATE TYPE u AS ENUM ('a');\nCREATE TABLE e (u u);\n"
                            "CREATE TABLE folk (id int PRIMARY KEY, friend int REFERENCES folk DEFERRABLE INITIALLY "
                            "DEFERRED);\n"
                            "CREATE PROCEDURE batch() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\n";

} // namespace

TEST_CASE("what psql runs but one transaction cannot is refused with the way out, which leads where psql gets") {
  for (const auto &one : files) {
    CAPTURE(one.what);
    const project p;
    p.migration("1_objects.sql", objects);
    REQUIRE(p.davit({"up"}).exit_code == 0);
    const auto before = p.database().dump_without_davit();

    const auto path = p.migration("2_next.sql", one.sql);
    const auto refused = p.davit({"up"});
    CHECK(refused.exit_code == one.exit_code);
    CHECK(refused.err.find("-- davit: no-transaction") != std::string::npos);
    CHECK(p.database().dump_without_davit() == before);

    p.migration("2_next.sql", directive + one.sql);
    const auto applied = p.davit({"up"});
    CHECK_MESSAGE(applied.exit_code == 0, applied.err);

    const test_database reference;
    reference.sql(objects);
    reference.psql(path);
    CHECK(p.database().dump_without_davit() == reference.dump_without_davit());
  }
}
