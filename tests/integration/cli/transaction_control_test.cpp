// Each migration is one transaction with its ledger row, whatever its file says of transactions.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a file in BEGIN and COMMIT of its own keeps its meaning: all of it, with its row, or nothing") {
  const project p;
  p.migration("1_a.up.sql",
              "-- by another tool\nBEGIN;\nCREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\nCOMMIT;\n");
  p.migration("2_b.up.sql", "START TRANSACTION;\nSAVEPOINT s;\nINSERT INTO a VALUES (2);\nROLLBACK TO s;\nEND;\n");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT * FROM a") == "1");
  CHECK(p.database().sql("SELECT count(DISTINCT xmin) FROM (SELECT xmin::text FROM a UNION ALL SELECT xmin::text FROM "
                         "davit.migration WHERE version = '1') both_rows") == "1");
  p.migration("3_c.up.sql", "BEGIN;\nCREATE TABLE c ();\nSELECT 1 / 0;\nCOMMIT;\n");
  run_davit(p, {"up"}, 1);
  CHECK_FALSE(exists(p, "c"));
}

TEST_CASE("transaction control anywhere else is refused before anything runs, at its place") {
  const project p;
  p.migration("1_good.up.sql", "CREATE TABLE good ();");
  const std::pair<std::string, std::string> bad[] = {
      {"CREATE TABLE a ();\n  COMMIT;\nCREATE TABLE b ();\n", "COMMIT"},
      {"CREATE TABLE a ();\n  ROLLBACK;\n", "ROLLBACK"},
      {"BEGIN;\n  COMMIT; CREATE TABLE a ();\n", "COMMIT"},
      {"SELECT 1;\n  PREPARE TRANSACTION 'x';\n", "PREPARE TRANSACTION"},
      {"SELECT 1;\n  COMMIT AND CHAIN;\n", "COMMIT"},
      {"SELECT 1;\n  ABORT;\n", "ABORT"},
  };
  for (const auto &row : bad) {
    const auto &sql = row.first;
    const auto &words = row.second;
    CAPTURE(sql);
    const auto file = p.migration("2_bad.up.sql", sql);
    for (const auto command : {"up", "plan"}) {
      const auto refused = run_json(p, {command}, 3);
      CHECK(refused.text("/error/code") == "migration_syntax");
      CHECK(refused.text("/error/file") == file.string());
      CHECK(refused.integer("/error/line") == 2);
      CHECK(refused.integer("/error/column") == 3);
      CHECK(has(refused.text("/error/message"), words));
      CHECK(has(refused.text("/error/hint"), "no-transaction"));
    }
    CHECK_FALSE(exists(p, "good"));
  }
}

TEST_CASE("COMMIT from inside a procedure is the server's error, and nothing is applied") {
  const project p;
  p.migration("1_a.up.sql", "CREATE PROCEDURE ends() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCALL ends();\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.text("/error/sqlstate") == "2D000");
  CHECK(failed.integer("/error/line") == 2);
  CHECK(p.database().sql("SELECT count(*) FROM pg_proc WHERE proname = 'ends'") == "0");
}

TEST_CASE("a DO block that commits its work runs without a transaction, as psql runs it") {
  const project p;
  p.database().sql("CREATE TABLE a (x int)");
  p.migration("1_a.up.sql", "DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO a VALUES (i); COMMIT; END LOOP; END $$;\n");
  CHECK_FALSE(run_json(p, {"plan"}).boolean("/migrations/0/transaction"));
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT count(*) FROM a") == "3");
}

TEST_CASE("several CREATE INDEX CONCURRENTLY in one file run one by one, without being asked to") {
  const project p;
  p.database().sql("CREATE TABLE a (x int, y int)");
  p.migration("1_indexes.up.sql", "CREATE INDEX CONCURRENTLY a_x ON a (x);\nCREATE INDEX CONCURRENTLY a_y ON a (y);\n");
  p.migration("1_indexes.down.sql", "DROP INDEX CONCURRENTLY a_x;\nDROP INDEX CONCURRENTLY a_y;\n");
  run_davit(p, {"up"});
  CHECK(exists(p, "a_x"));
  CHECK(exists(p, "a_y"));
  run_davit(p, {"down"});
  CHECK_FALSE(exists(p, "a_y"));
}

TEST_CASE("a no-transaction file may use transactions of its own, and must end them") {
  const project p;
  p.migration("1_a.up.sql",
              "-- davit: no-transaction\nCREATE TABLE a (x int);\nBEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;\n"
              "BEGIN;\nINSERT INTO a VALUES (2);\nROLLBACK;\n");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT * FROM a") == "1");
  p.migration("2_b.up.sql", "-- davit: no-transaction\nBEGIN;\nINSERT INTO a VALUES (3);\n");
  run_davit(p, {"up"}, 3);
  CHECK(p.database().sql("SELECT * FROM a") == "1");
  CHECK(ledger(p) == "1 applied");
}
