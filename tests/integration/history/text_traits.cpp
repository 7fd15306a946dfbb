#include "traits.hpp"

namespace davit::test {
namespace {

std::string with_crlf(const std::string &text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

trait long_line() {
  std::string values = "(0, 'zero')";
  for (int i = 1; i < 4000; ++i) values += ", (" + std::to_string(i) + ", 'row; number " + std::to_string(i) + "')";
  return {"long_line",
          "CREATE TABLE long_{n} (a int, b text); INSERT INTO long_{n} VALUES " + values + "; ANALYZE long_{n};\n",
          "DROP TABLE long_{n};\n"};
}

trait crlf() {
  return {"crlf", with_crlf(R"sql(-- a file from another system;
CREATE FUNCTION crlf_{n}() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- two
  -- lines;
  RETURN 'a
b';
END
$$;
CREATE TABLE crlf_{n} (
  a text DEFAULT 'x;
y'
);
)sql"),
          with_crlf("DROP TABLE crlf_{n};\nDROP FUNCTION crlf_{n}();\n")};
}

} // namespace

std::vector<trait> text_traits() {
  return {
      {"dollar_quotes", R"sql(
CREATE FUNCTION quoted_{n}(a text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
  -- it's a comment; with a quote
  inner_text text := $$ no end; of 'anything' $x$ $$;
BEGIN
  /* nor is; this */
  EXECUTE $q$SELECT $in$;$in$ || 'a;b'$q$ INTO inner_text;
  RETURN inner_text || $_1$;$body $_1$ || a;
END;
$body$;
CREATE TABLE money$_{n} (a$b int, "$$;" int DEFAULT 1);
SELECT $${n}$$, $größe${n};$größe$;
)sql",
       "DROP TABLE money$_{n}; DROP FUNCTION quoted_{n}(text);\n"},
      {"strings", R"sql(
CREATE TABLE strings_{n} (
  a text DEFAULT 'it''s; a "string" -- not a comment',
  b text DEFAULT E'it\'s \\; \x41',
  c text DEFAULT U&'d\0061t;\+000061',
  d text DEFAULT 'one; '
    'two',
  e bit(4) DEFAULT B'1010', f bytea DEFAULT '\x0a3b',
  "g;""h" text, U&"\0061;" text, "--" int, "/*" int
);
INSERT INTO strings_{n} DEFAULT VALUES;
)sql",
       "DROP TABLE strings_{n};\n"},
      {"comments", R"sql(/* before; /* nested; */ still; */
CREATE TABLE comments_{n} ( -- a semicolon; an apostrophe's here
  a int, /* '; */ b int /* $$ */
); -- after; CREATE TABLE nowhere (a int);
/* "; */ COMMENT ON TABLE comments_{n} IS '/* kept; */ -- kept';
-- $$ not a quote
CREATE INDEX /* which */ comments_{n}_b ON comments_{n} (b) /* before the end */ ;
--)sql",
       "-- down;\nDROP TABLE comments_{n} -- at once\n;"},
      {"operators", R"sql(
CREATE TABLE operators_{n} AS
  SELECT '12:30'::time AS t, (ARRAY[1, 2, 3])[1:2] AS slice, '{"a": {"b": 1}}'::jsonb #>> '{a,b}' AS path,
         '{"a": 1}'::jsonb ? 'a' AS has, 5 - -3 AS minus, 2 * - 1 AS negative, 1e3 AS number, 7 % 4 AS rest;;
; ;CREATE VIEW operators_view_{n} AS SELECT t FROM operators_{n} WHERE slice @> '{1}' AND NOT path ~* ':n' LIMIT 3)sql",
       "DROP VIEW operators_view_{n};; DROP TABLE operators_{n}"},
      {"copy_data", R"sql(
CREATE TABLE copied_{n} (a int, b text);
COPY copied_{n} (a, b) FROM stdin;
1	one; two -- three
2	it's $$ quoted
3	back\\slash \\. tab\there
4	\N
\.
COPY copied_{n} FROM STDIN WITH (FORMAT csv, HEADER);
a,b
5,"a;
b"
6,größe
\.
COPY copied_{n} FROM stdin;
\.
ALTER TABLE copied_{n} ADD PRIMARY KEY (a);
)sql",
       "DROP TABLE copied_{n};\n"},
      {"unicode", R"sql(
CREATE TABLE größe_{n} ("naïve; ключ" text, höhe int, 名前 text DEFAULT '値;🙂');
CREATE INDEX größe_höhe_{n} ON größe_{n} (höhe);
INSERT INTO größe_{n} (höhe) VALUES (1);
)sql",
       "DROP TABLE größe_{n};\n"},
      {"byte_order_mark",
       "\xEF\xBB\xBF"
       "CREATE TABLE marked_{n} (a int);\n",
       "\xEF\xBB\xBF"
       "DROP TABLE marked_{n};\n"},
      crlf(),
      long_line(),
      {"empty", "", ""},
      {"blank", " \n\t\n", "\n"},
      {"only_comments", "-- this space; is left free\n/* DROP TABLE nothing; */\n", "-- nothing to revert"},
      {"only_semicolons", ";\n;;\n", ";"},
      {"same_bytes", "CREATE TABLE IF NOT EXISTS same_bytes (a int);\n", "DROP TABLE IF EXISTS same_bytes;\n"},
  };
}

} // namespace davit::test
