// Files as they come from real projects: empty, identical, with a byte order mark, CRLF, COPY data.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("empty files and files of comments alone are migrations too") {
  const project p;
  p.migration("1_empty.up.sql", "");
  p.migration("2_blank.up.sql", " \n\t\r\n");
  p.migration("3_comment.up.sql", "-- nothing yet\n/* nor /* here */ */\n;;\n");
  p.migration("4_wrapped.up.sql", "BEGIN;\nCOMMIT;\n");
  p.migration("4_wrapped.down.sql", "");
  p.migration("4_wrapped.verify.sql", "");
  run_davit(p, {"up"});
  CHECK(ledger(p) == "1 applied,2 applied,3 applied,4 applied");
  run_davit(p, {"down"});
  CHECK(has(run_davit(p, {"plan"}).out, "(no statements)"));
}

TEST_CASE("two migrations may be the same, byte for byte, and have the same name") {
  const project p;
  p.database().sql("CREATE TABLE t (x int)");
  p.migration("1_insert.up.sql", "INSERT INTO t VALUES (1);");
  p.migration("2_insert.up.sql", "INSERT INTO t VALUES (1);");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT count(*) FROM t") == "2");
  run_davit(p, {"verify"});
}

TEST_CASE("a byte order mark is not part of the first statement, nor of the columns of an error") {
  const project p;
  const std::string mark = "\xEF\xBB\xBF";
  p.migration("1_a.up.sql", mark + "CREATE TABLE a ();");
  run_davit(p, {"up"});
  CHECK(exists(p, "a"));
  p.migration("2_b.up.sql", mark + "SELECT nothing;");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.integer("/error/line") == 1);
  CHECK(failed.integer("/error/column") == 8);
  p.migration("2_b.up.sql", mark + "-- davit: no-transaction\nSELECT 1;");
  CHECK_FALSE(run_json(p, {"plan"}).boolean("/migrations/0/transaction"));
}

TEST_CASE("CRLF ends lines, in functions as in COPY data, and lines are counted right") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int, y text);\r\nCOPY a FROM stdin;\r\n1\tone\r\n2\ttwo\r\n\\.\r\n"
                            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\r\n  SELECT 1;\r\n$$;\r\n");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT x, y FROM a ORDER BY x") == "1|one\n2|two");
  CHECK(p.database().sql("SELECT f()") == "1");
  p.migration("2_b.up.sql", "SELECT 1;\r\n\r\n  SELECT nothing;\r\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.integer("/error/line") == 3);
  CHECK(failed.integer("/error/column") == 10);
  CHECK(failed.text("/error/excerpt") == "  SELECT nothing;\n         ^");
}

TEST_CASE("COPY takes its data from the file; what looks like SQL in it is data") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a (x int, y text);\n"
                            "COPY public.a (x, y) FROM stdin;\n1\tDROP TABLE a; -- '\n2\t\\N\n3\tBEGIN;\n\\.\n\n"
                            "COPY a FROM STDIN WITH (FORMAT csv);\n4,\"a;\nb\"\n\\.\n"
                            "UPDATE a SET x = x * 10;\n");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT x, y FROM a ORDER BY x") == "10|DROP TABLE a; -- '\n20|\n30|BEGIN;\n40|a;\nb");

  p.migration("2_b.up.sql", "CREATE TABLE b (x int);\nCOPY b FROM stdin;\n1\nnot a number\n\\.\n");
  const auto failed = run_json(p, {"up"}, 1);
  CHECK(failed.text("/error/sqlstate") == "22P02");
  CHECK(failed.integer("/error/line") == 2);
  CHECK_FALSE(exists(p, "b"));
}

TEST_CASE("hard quoting of every kind reaches the server as it is") {
  const project p;
  p.migration("1_a.up.sql",
              "CREATE TABLE \"odd;name\" (\"a\"\"b\" text DEFAULT 'it''s; -- no comment');\n"
              "INSERT INTO \"odd;name\" VALUES (E'tab\\t;\\'quoted\\''), ($x$ $$ ; $x$), (U&'\\00e4;');\n"
              "DO $outer$ BEGIN EXECUTE $inner$ INSERT INTO \"odd;name\" DEFAULT VALUES; $inner$; END $outer$;\n"
              "CREATE FUNCTION one() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;\n");
  run_davit(p, {"up"});
  CHECK(p.database().sql("SELECT count(*), count(*) FILTER (WHERE \"a\"\"b\" = 'ä;') FROM \"odd;name\"") == "4|1");
  CHECK(p.database().sql("SELECT one()") == "2");
}
