#include "traits.hpp"

namespace davit::test {

std::vector<trait> transaction_traits() {
  return {
      {"begin_commit", R"sql(-- begun by hand;
/* because; */
BEGIN;
CREATE TABLE begun_{n} (a int);
INSERT INTO begun_{n} VALUES (1);
COMMIT;
-- the end;
)sql",
       "BEGIN TRANSACTION;\n\nDROP TABLE begun_{n};\n\nCOMMIT TRANSACTION; -- done\n"},
      {"start_transaction_end", R"sql(START TRANSACTION;
CREATE TABLE started_{n} (a int);
END)sql",
       "begin work; drop table started_{n}; end work"},
      {"savepoints", R"sql(BEGIN;
CREATE TABLE saved_{n} (a int UNIQUE);
INSERT INTO saved_{n} VALUES (1);
SAVEPOINT first;
INSERT INTO saved_{n} VALUES (2);
ROLLBACK TO SAVEPOINT first;
INSERT INTO saved_{n} VALUES (3);
RELEASE first;
COMMIT;
)sql",
       "BEGIN; SAVEPOINT s; DROP TABLE saved_{n}; RELEASE SAVEPOINT s; COMMIT;\n"},
      {"isolation_level", R"sql(BEGIN;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
CREATE TABLE isolated_{n} AS SELECT current_setting('transaction_isolation') AS level;
COMMIT;
)sql",
       "DROP TABLE isolated_{n};\n"},
      {"index_concurrently", "CREATE INDEX CONCURRENTLY IF NOT EXISTS begun_{n}_a ON begun_{n} (a);\n",
       "DROP INDEX CONCURRENTLY begun_{n}_a;\n"},
      {"several_concurrently", R"sql(-- more than one of them;
CREATE UNIQUE INDEX CONCURRENTLY started_{n}_a ON started_{n} (a);
CREATE TABLE beside_{n} (a int);
/* and; again */ CREATE INDEX CONCURRENTLY "started_{n};b" ON started_{n} ((a + 1)) WHERE a > 0;
REINDEX TABLE CONCURRENTLY started_{n};
VACUUM (ANALYZE) started_{n};
)sql",
       R"sql(DROP INDEX CONCURRENTLY IF EXISTS "started_{n};b";
DROP INDEX CONCURRENTLY started_{n}_a;
DROP TABLE beside_{n};
)sql"},
      {"enum", "CREATE TYPE state_{n} AS ENUM ('new', 'done'); CREATE TABLE task_{n} (s state_{n});\n",
       "DROP TABLE task_{n}; DROP TYPE state_{n};\n"},
      {"enum_add_value", R"sql(
ALTER TYPE state_{n} ADD VALUE 'open;' BEFORE 'done';
ALTER TYPE state_{n} ADD VALUE IF NOT EXISTS 'new';
)sql",
       R"sql(
ALTER TYPE state_{n} RENAME TO old_state_{n};
CREATE TYPE state_{n} AS ENUM ('new', 'done');
ALTER TABLE task_{n} ALTER COLUMN s TYPE state_{n} USING s::text::state_{n};
DROP TYPE old_state_{n};
)sql"},
      {"enum_use_value", "INSERT INTO task_{n} VALUES ('open;'); ALTER TABLE task_{n} ALTER s SET DEFAULT 'open;';\n",
       "ALTER TABLE task_{n} ALTER s DROP DEFAULT; DELETE FROM task_{n};\n"},
      {"enum_add_and_use_value", R"sql(-- davit: no-transaction
CREATE TYPE phase_{n} AS ENUM ('one');
ALTER TYPE phase_{n} ADD VALUE 'two';
CREATE TABLE phased_{n} (p phase_{n} DEFAULT 'two');
BEGIN;
INSERT INTO phased_{n} DEFAULT VALUES;
COMMIT;
)sql",
       "DROP TABLE phased_{n}; DROP TYPE phase_{n};\n"},
      {"block_that_commits", R"sql(
CREATE TABLE batches_{n} (id int PRIMARY KEY, filled boolean DEFAULT false);
INSERT INTO batches_{n} SELECT generate_series(1, 10);
DO $$
BEGIN
  LOOP
    UPDATE batches_{n} SET filled = true WHERE id IN (SELECT id FROM batches_{n} WHERE NOT filled ORDER BY id LIMIT 4);
    EXIT WHEN NOT FOUND;
    COMMIT; -- batch by batch
  END LOOP;
END $$;
)sql",
       "DROP TABLE batches_{n};\n"},
      {"detach_concurrently", R"sql(
CREATE TABLE whole_{n} (a int) PARTITION BY LIST (a);
CREATE TABLE whole_{n}_1 PARTITION OF whole_{n} FOR VALUES IN (1);
ALTER TABLE whole_{n} DETACH PARTITION whole_{n}_1 CONCURRENTLY;
)sql",
       "DROP TABLE whole_{n}_1; DROP TABLE whole_{n};\n"},
  };
}

} // namespace davit::test
