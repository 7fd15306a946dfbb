#include "sql/changed_setting.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::sql::changed_setting;

TEST_CASE("the setting that a statement changes") {
  const struct {
    std::string statement, name;
  } rows[] = {
      {"SET search_path = app", "search_path"},
      {"set session Search_Path to app, public;", "search_path"},
      {"SET \"work_mem\" = '1MB'", "work_mem"},
      {"SET my . own TO 1", "my . own"},
      {"SET SCHEMA 'app'", "search_path"},
      {"SET NAMES 'LATIN1'", "client_encoding"},
      {"SET TIME ZONE 'UTC'", "timezone"},
      {"RESET TIME ZONE", "timezone"},
      {"SET ROLE bob", "role"},
      {"SET SESSION ROLE bob", "role"},
      {"RESET ROLE", "role"},
      {"SET SESSION AUTHORIZATION bob", "session_authorization"},
      {"SET SESSION SESSION AUTHORIZATION bob", "session_authorization"},
      {"RESET SESSION AUTHORIZATION", "session_authorization"},
      {"/* a */ RESET ALL", "*"},
      {"SELECT pg_catalog.set_config('Search_Path', '', false)", "search_path"},
      {"select set_config('a.b', 'c', false)", "a.b"},
      {"SET LOCAL search_path = app", ""},
      {"SET TRANSACTION READ ONLY", ""},
      {"SET CONSTRAINTS ALL DEFERRED", ""},
      {"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", ""},
      {"SELECT 1", ""},
      {"UPDATE t SET a = 1", ""},
      {"SET", ""},
      {"RESET", ""},
      {"", ""},
  };
  for (const auto &row : rows) {
    CAPTURE(row.statement);
    CHECK(changed_setting(row.statement) == row.name);
  }
}
