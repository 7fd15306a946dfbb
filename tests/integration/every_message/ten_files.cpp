#include "ten_files.hpp"

#include <string_view>

namespace davit::test {
namespace {

constexpr std::string_view marked = "-- davit: no-transaction\n";

void write_first_five(const project &p) {
  p.migration("0001_account.up.sql", "CREATE TABLE account (name text, n int);\nINSERT INTO account SELECT 'a' || i, i "
                                     "FROM generate_series(1, 50) i;");
  p.migration("0001_account.down.sql", "DROP TABLE account;");
  p.migration("0002_column.up.sql",
              "ALTER TABLE account ADD COLUMN seen int DEFAULT 0;\nUPDATE account SET seen = seen + 1;");
  p.migration("0002_column.down.sql", "INSERT INTO undone SELECT DISTINCT 'seen ' || seen FROM account;\n"
                                      "ALTER TABLE account DROP COLUMN seen;");
  p.migration("0003_copy.up.sql", "COPY account (name, n) FROM stdin;\nx\t1\ny\t2\n\\.\nUPDATE account SET n = n + 1;");
  p.migration("0003_copy.down.sql", "COPY undone FROM stdin;\ncopy\nonce\n\\.\n"
                                    "DELETE FROM account WHERE name IN ('x', 'y');\nUPDATE account SET n = n - 1;");
  p.migration("0004_steps.up.sql", std::string(marked) +
                                       "CREATE TABLE step (what text);\nINSERT INTO step VALUES ('one');\n"
                                       "SET search_path = public;\nINSERT INTO step VALUES ('two');\n"
                                       "UPDATE account SET n = n + 1;\nVACUUM step;");
  p.migration("0004_steps.down.sql", std::string(marked) +
                                         "UPDATE account SET n = n - 1;\nSET search_path = public;\n"
                                         "INSERT INTO undone SELECT what FROM step;\nDROP TABLE step;\nVACUUM undone;");
  p.migration("0005_index.up.sql", "CREATE INDEX CONCURRENTLY account_n ON account (n);");
  p.migration("0005_index.down.sql", "DROP INDEX CONCURRENTLY account_n;");
}

void write_last_five(const project &p) {
  p.migration("0006_function.up.sql", "CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT 2 * i';\n"
                                      "UPDATE account SET n = twice(n);");
  p.migration("0006_function.down.sql", "UPDATE account SET n = n / twice(1);\nDROP FUNCTION twice(int);");
  p.migration("0007_child.up.sql", "CREATE TABLE child (i int);\nINSERT INTO child VALUES (1);");
  p.migration("0007_child.down.sql", "INSERT INTO undone SELECT i::text FROM child;\nDROP TABLE child;");
  p.migration("0008_block.up.sql", std::string(marked) +
                                       "INSERT INTO child VALUES (2);\nBEGIN;\nINSERT INTO child VALUES (3);\n"
                                       "INSERT INTO child VALUES (4);\nCOMMIT;\nINSERT INTO child VALUES (5);");
  p.migration("0008_block.down.sql", std::string(marked) +
                                         "INSERT INTO undone VALUES ('e');\nBEGIN;\nINSERT INTO undone VALUES ('f');\n"
                                         "DELETE FROM child WHERE i = 4;\nCOMMIT;\nINSERT INTO undone VALUES ('g');");
  p.migration("0009_checked.up.sql", "INSERT INTO child VALUES (6);");
  p.migration("0009_checked.verify.sql", "SELECT count(*) = 1 FROM child WHERE i = 6;");
  p.migration("0009_checked.down.sql", "UPDATE child SET i = i + 10 WHERE i = 6;");
  p.migration("0010_last.up.sql", "INSERT INTO step VALUES ('last');");
  p.migration("0010_last.down.sql", "UPDATE step SET what = what || ' of all' WHERE what = 'last';");
}

} // namespace

std::string actions_beside_ten(bool up) {
  return R"t({ phase = "cleanup", do = "sql", sql = "INSERT INTO hooked SELECT count(*) FROM davit.migration WHERE state )t" +
         std::string(up ? "= 'applied'" : "<> 'reverted'") + R"t(" },
  { phase = "before_ddl", do = "sql", sql = "SELECT 1" },
  { phase = "post_execute", do = "sql", sql = "SELECT 2" },
  { phase = "post_rollback", do = "sql", sql = "SELECT 3" })t";
}

void write_ten(const project &p) {
  write_first_five(p);
  write_last_five(p);
}

} // namespace davit::test
