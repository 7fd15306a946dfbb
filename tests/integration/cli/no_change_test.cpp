// Commands that look change nothing, not even by creating the ledger.
#include "shell.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

void look_around(const project &p) {
  const auto before = p.database().whole_dump();
  for (const std::vector<std::string> &command : {std::vector<std::string>{"status"},
                                                  {"status", "--json"},
                                                  {"plan"},
                                                  {"plan", "--json"},
                                                  {"plan", "--down"},
                                                  {"verify"},
                                                  {"verify", "--run-sql"},
                                                  {"history"},
                                                  {"plugin", "list"}}) {
    CAPTURE(command.front());
    run_davit(p, command);
    CHECK(p.database().whole_dump() == before);
  }
}

} // namespace

TEST_CASE("status, plan, verify and history leave an empty database empty") {
  const project p("environment = \"test\"\n" + shipped_plugin("audit_log"));
  p.migration("1_a.up.sql", "CREATE TABLE a (); VACUUM;");
  look_around(p);
  CHECK(p.database().sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'davit'") == "0");
}

TEST_CASE("status, plan, verify and history change nothing where there is a ledger") {
  const project p("environment = \"test\"\n" + shipped_plugin("audit_log"));
  p.migration("1_a.up.sql", "CREATE TABLE a (x int);");
  p.migration("1_a.down.sql", "DROP TABLE a;");
  p.migration("1_a.verify.sql", "INSERT INTO a VALUES (1); SELECT count(*) = 1 FROM a;");
  run_davit(p, {"up"});
  p.migration("2_b.up.sql", "CREATE TABLE b ();");
  look_around(p);
}

TEST_CASE("an up that is refused while planning creates no table of the migrations") {
  const project p;
  p.migration("1_a.up.sql", "CREATE TABLE a ();");
  p.migration("2_b.up.sql", "CREATE TABLE b ();\n\\set x 1\n");
  const auto refused = run_json(p, {"up"}, 3);
  CHECK(refused.integer("/error/line") == 2);
  CHECK(refused.text("/error/state") == "no migration was applied");
  CHECK_FALSE(exists(p, "a"));
}
