#include "traits.hpp"

namespace davit::test {

std::vector<trait> session_traits() {
  return {
      {"search_path", R"sql(
CREATE SCHEMA path_{n};
SET search_path TO path_{n}, public;
CREATE TABLE inside_{n} (a int);
)sql",
       "SET search_path = path_{n}; DROP TABLE inside_{n}; DROP SCHEMA path_{n};\n"},
      {"usual_path_again", "CREATE TABLE outside_{n} (a int);\n", "DROP TABLE outside_{n};\n"},
      {"as_pg_dump_writes", R"sql(
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
CREATE FUNCTION public.unchecked_{n}() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM public.not_yet_{n}; $$;
CREATE TABLE public.not_yet_{n} (a integer);
)sql",
       R"sql(SELECT pg_catalog.set_config('search_path', '', false);
DROP FUNCTION public.unchecked_{n}(); DROP TABLE public.not_yet_{n};
)sql"},
      {"path_of_the_server_again", "CREATE TABLE unqualified_{n} (a date DEFAULT '2024-02-03');\n",
       "DROP TABLE unqualified_{n};\n"},
      {"role",
       std::string("CREATE SCHEMA kept_{n} AUTHORIZATION ") + role_of_session_traits + ";\nSET ROLE " +
           role_of_session_traits + ";\nCREATE TABLE kept_{n}.t (a int);\n",
       std::string("SET ROLE ") + role_of_session_traits + "; DROP SCHEMA kept_{n} CASCADE;\n"},
      {"owner_again", "CREATE TABLE owned_{n} AS SELECT current_user = session_user AS own_role;\n",
       "DROP TABLE owned_{n};\n"},
      {"session_authorization",
       std::string("SET SESSION AUTHORIZATION ") + role_of_session_traits + ";\nCREATE TEMPORARY TABLE mine (a int);\n",
       "SELECT 1;\n"},
      {"settings", R"sql(
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET DateStyle = 'German, DMY';
SET default_with_oids = off;
CREATE TABLE set_{n} AS SELECT 'a\';b'::text AS escaped, date '01.02.2024' AS day;
SET default_transaction_isolation = 'serializable';
)sql",
       R"sql(SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT '\';'; DROP TABLE set_{n};
)sql"},
      {"settings_again", R"sql(
CREATE TABLE unset_{n} AS SELECT 'a\'::text AS plain, date '01.02.2024' AS day,
  current_setting('default_transaction_isolation') AS isolation;
)sql",
       "DROP TABLE unset_{n};\n"},
      // The same names in every round: left in the session they would be in the way.
      {"temporary_tables", R"sql(
CREATE TEMPORARY TABLE scratch AS SELECT generate_series(1, 3) AS a;
CREATE TABLE from_scratch_{n} AS SELECT sum(a) AS total FROM scratch;
)sql",
       "CREATE TEMP TABLE scratch (a int); DROP TABLE from_scratch_{n};\n"},
      {"prepared_statements", R"sql(
PREPARE pick (int) AS SELECT $1 + {n};
CREATE TABLE picked_{n} AS EXECUTE pick (1);
DECLARE walk CURSOR WITH HOLD FOR SELECT 1;
LISTEN news;
)sql",
       "PREPARE pick AS SELECT 1; DROP TABLE picked_{n};\n"},
      {"cached_sequence", R"sql(
CREATE SEQUENCE cached_{n} CACHE 10;
CREATE TABLE numbered_{n} (id bigint DEFAULT nextval('cached_{n}'));
INSERT INTO numbered_{n} DEFAULT VALUES;
)sql",
       "DROP TABLE numbered_{n}; DROP SEQUENCE cached_{n};\n"},
      {"cached_sequence_again", "INSERT INTO numbered_{n} DEFAULT VALUES;\n",
       "DELETE FROM numbered_{n} WHERE id > 1;\n"},
  };
}

} // namespace davit::test
