#include "traits.hpp"

namespace davit::test {

std::vector<trait> object_traits() {
  return {
      {"begin_atomic", R"sql(
CREATE FUNCTION atomic_{n}(a int) RETURNS text LANGUAGE sql
BEGIN ATOMIC
  SELECT 1;
  SELECT CASE WHEN a > 0 THEN 'more; ' ELSE CASE a WHEN 0 THEN 'none' END END; -- its END; is not the END
END;
CREATE OR REPLACE FUNCTION atomic_return_{n}(a int) RETURNS int RETURN a + 1;
CREATE TABLE "begin" (atomic int); DROP TABLE "begin";
)sql",
       "DROP FUNCTION atomic_return_{n}(int); DROP FUNCTION atomic_{n}(int);\n"},
      {"triggers", R"sql(
CREATE TABLE triggered_{n} (a int, changed int DEFAULT 0);
CREATE FUNCTION touch_{n}() RETURNS trigger AS '
BEGIN
  -- a body in plain quotes; with ''quotes''
  NEW.changed := OLD.changed + 1; RETURN NEW;
END;
' LANGUAGE plpgsql;
CREATE TRIGGER touch BEFORE UPDATE ON triggered_{n} FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION touch_{n}();
INSERT INTO triggered_{n} VALUES (1); UPDATE triggered_{n} SET a = 2;
)sql",
       "DROP TABLE triggered_{n}; DROP FUNCTION touch_{n}();\n"},
      {"rules", R"sql(
CREATE TABLE ruled_{n} (a int); CREATE TABLE ruled_log_{n} (a int, what text);
CREATE RULE keep AS ON DELETE TO ruled_{n} DO INSTEAD (
  INSERT INTO ruled_log_{n} VALUES (OLD.a, 'del;(');
  UPDATE ruled_{n} SET a = -OLD.a WHERE a = OLD.a; -- );
);
INSERT INTO ruled_{n} VALUES (7); DELETE FROM ruled_{n};
)sql",
       "DROP TABLE ruled_{n}; DROP TABLE ruled_log_{n};\n"},
      {"policies", R"sql(
CREATE TABLE guarded_{n} (owner text DEFAULT current_user, open boolean);
ALTER TABLE guarded_{n} ENABLE ROW LEVEL SECURITY; ALTER TABLE guarded_{n} FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON guarded_{n} USING (owner = current_user) WITH CHECK (open OR owner = current_user);
CREATE POLICY "any; one" ON guarded_{n} AS RESTRICTIVE FOR SELECT TO PUBLIC USING (true);
GRANT SELECT ON guarded_{n} TO PUBLIC;
)sql",
       "DROP TABLE guarded_{n};\n"},
      {"partitions", R"sql(
CREATE TABLE measured_{n} (day date NOT NULL, v int) PARTITION BY RANGE (day);
CREATE TABLE measured_{n}_a PARTITION OF measured_{n} FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE measured_{n}_b (LIKE measured_{n} INCLUDING ALL);
ALTER TABLE measured_{n} ATTACH PARTITION measured_{n}_b DEFAULT;
INSERT INTO measured_{n} VALUES ('2024-02-02', 1), ('2025-01-01', 2);
CREATE INDEX ON measured_{n} (v);
ALTER TABLE measured_{n} DETACH PARTITION measured_{n}_a;
)sql",
       "DROP TABLE measured_{n}_a; DROP TABLE measured_{n};\n"},
      {"do_block", R"sql(
DO $do$
DECLARE
  part text; -- each; of them
BEGIN
  FOREACH part IN ARRAY ARRAY['a', 'b;c'] LOOP
    /* built; as text */
    EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, note text DEFAULT %L)', 'done_{n}_' || part, 'a;''b');
  END LOOP;
EXCEPTION WHEN duplicate_table THEN
  NULL;
END
$do$ LANGUAGE plpgsql;
)sql",
       R"sql(DO 'BEGIN DROP TABLE "done_{n}_a"; DROP TABLE "done_{n}_b;c"; END';)sql"},
      {"types", R"sql(
CREATE TYPE mood_{n} AS ENUM ('sad', 'o;k', 'happy');
ALTER TYPE mood_{n} RENAME VALUE 'o;k' TO 'ok';
CREATE DOMAIN short_{n} AS text CHECK (length(VALUE) < 9 AND VALUE !~ ';') DEFAULT 'none';
CREATE TYPE pair_{n} AS (a int, b mood_{n});
CREATE TABLE typed_{n} (m mood_{n} DEFAULT 'ok', s short_{n}, p pair_{n}[], r int4range, EXCLUDE USING gist (r WITH &&));
INSERT INTO typed_{n} (p, r) VALUES (ARRAY[(1, 'sad')::pair_{n}], '[1,5)');
)sql",
       "DROP TABLE typed_{n}; DROP TYPE pair_{n}; DROP DOMAIN short_{n}; DROP TYPE mood_{n};\n"},
      {"views", R"sql(
CREATE TABLE seen_{n} (a int PRIMARY KEY, doubled int GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO seen_{n} SELECT generate_series(1, 5);
CREATE MATERIALIZED VIEW seen_all_{n} AS WITH big AS (SELECT * FROM seen_{n} WHERE a > 2) SELECT sum(a) AS s FROM big;
CREATE UNIQUE INDEX ON seen_all_{n} (s);
REFRESH MATERIALIZED VIEW CONCURRENTLY seen_all_{n};
CREATE VIEW seen_some_{n} AS SELECT a FROM seen_{n} WHERE a < 3 WITH LOCAL CHECK OPTION;
)sql",
       "DROP VIEW seen_some_{n}; DROP MATERIALIZED VIEW seen_all_{n}; DROP TABLE seen_{n};\n"},
      {"deferred_constraints", R"sql(
CREATE TABLE folk_{n} (id int PRIMARY KEY, friend int);
ALTER TABLE folk_{n} ADD FOREIGN KEY (friend) REFERENCES folk_{n} DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE folk_{n} ADD CONSTRAINT grown CHECK (id > 0) NOT VALID;
ALTER TABLE folk_{n} VALIDATE CONSTRAINT grown;
INSERT INTO folk_{n} VALUES (1, 2), (2, 1);
)sql",
       "DROP TABLE folk_{n};\n"},
      {"privileges", R"sql(
CREATE SCHEMA granted_{n};
ALTER DEFAULT PRIVILEGES IN SCHEMA granted_{n} GRANT SELECT ON TABLES TO PUBLIC;
CREATE TABLE granted_{n}.t (a int, b int); GRANT UPDATE (b) ON granted_{n}.t TO PUBLIC;
CREATE FUNCTION granted_{n}.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1;';
REVOKE ALL ON FUNCTION granted_{n}.f() FROM PUBLIC;
)sql",
       "DROP SCHEMA granted_{n} CASCADE;\n"},
      {"extension", R"sql(
CREATE EXTENSION IF NOT EXISTS plpgsql;
COMMENT ON EXTENSION plpgsql IS 'as it was; in round {n}';
)sql",
       "COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';\n"},
      {"ledger_of_another_tool", R"sql(
CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES ({n}, false);
)sql",
       "DROP TABLE IF EXISTS public.schema_migrations;\n"},
      {"drop_ledger_of_another_tool", "DROP TABLE schema_migrations;\n",
       "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);\n"},
  };
}

} // namespace davit::test
