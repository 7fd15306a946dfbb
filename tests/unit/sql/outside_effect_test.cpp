#include "sql/outside_effect.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::sql::outside_effect;

TEST_CASE("statements whose effect no rollback undoes are known by their text") {
  const struct {
    std::string statement, name;
  } rows[] = {
      {"COPY t TO '/tmp/t'", "COPY with a file or program"},
      {"copy (select 1 from a) to program 'cat'", "COPY with a file or program"},
      {"COPY t (a, b) FROM PROGRAM 'seq 3'", "COPY with a file or program"},
      {"SELECT dblink_exec('dbname=x', 'DELETE FROM t')", "dblink_exec()"},
      {"SELECT public.dblink_exec /* c */ ('x')", "dblink_exec()"},
      {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity", "pg_terminate_backend()"},
      {"DO $$ BEGIN NULL; PERFORM dblink_exec('x', 'DELETE FROM t'); END $$", "dblink_exec()"},
      {"SELECT count(*) FROM pg_logical_slot_get_changes('s', NULL, NULL)", "pg_logical_slot_get_changes()"},
      {"DO 'BEGIN PERFORM pg_reload_conf(); END' LANGUAGE plpgsql", "pg_reload_conf()"},
  };
  for (const auto &row : rows) {
    CAPTURE(row.statement);
    CHECK(outside_effect(row.statement) == row.name);
  }
}

TEST_CASE("statements that a rollback undoes are not taken for others") {
  for (const std::string statement :
       {"COPY t FROM '/tmp/t'", "COPY t FROM stdin", "COPY t TO stdout", "CREATE TABLE dblink (a int)",
        "INSERT INTO dblink (a) VALUES (1)", "SELECT 'dblink_exec(1)'", "-- dblink_exec(1)\nSELECT 1",
        "SELECT \"dblink_exec\", nextval('s')", "DO $$ BEGIN RAISE NOTICE 'dblink_exec(1)'; END $$", ""}) {
    CAPTURE(statement);
    CHECK(outside_effect(statement) == "");
  }
}
