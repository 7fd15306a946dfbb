// davit.rows/1: results that need not fit into memory. The plugin measures; what it finds wrong fails the run.
#include "plugin_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

TEST_CASE("a million rows are read one by one in bounded memory") {
  const project p(toml_head() + plugin_entry("rows", "many_rows"));
  p.migration("0001_users.up.sql", "CREATE TABLE users (id int);");
  // Freed memory is kept back by the address sanitizer; a small quarantine leaves only what is really held.
  const auto run = p.davit({"up"}, {{"ASAN_OPTIONS", "quarantine_size_mb=1"}});
  CHECK_MESSAGE(run.exit_code == 0, run.err);
  CHECK(calls(p) == "after_ddl all ok 1000000\n"
                    "after_ddl some ok 10\n"
                    "after_ddl none ok 0\n"
                    "after_ddl busy ok 0\n"
                    "after_ddl error ok 0");
  CHECK(reported(p, "rows", "busy") == "refused queries during a stream");
  CHECK(reported(p, "rows", "error") == "passed an error on");
}
