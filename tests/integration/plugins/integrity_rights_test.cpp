// A check has the right to read and no other: the server itself refuses the rest.
#include "shipped.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string writing_check(std::string_view phase, std::string_view sql) {
  return only("integrity_check", "config = { checks = [{ name = \"c\", sql = \"" + std::string(sql) +
                                     "\", empty = false, phase = \"" + std::string(phase) + "\" }] }");
}

} // namespace

TEST_CASE("integrity-check: a check that writes is refused by the server, wherever it runs") {
  constexpr std::string_view writes = "DELETE FROM users RETURNING id";
  for (const std::string phase :
       {"startup", "pre_execute", "before_validation", "after_ddl", "after_validation", "cleanup", "post_execute"}) {
    for (const std::string directive : {"", "-- davit: no-transaction\n"}) {
      CAPTURE(phase);
      CAPTURE(directive);
      const project p(writing_check(phase, writes));
      create_users(p, 3);
      p.migration("1_note.up.sql", directive + "ALTER TABLE users ADD note text;");
      const auto result = up(p, 1);
      CHECK(has(result.err, "cannot execute DELETE in a read-only transaction"));
      CHECK(has(result.err, "25006"));
      CHECK(p.database().sql("SELECT count(*) FROM users") == "3");
    }
  }
}

TEST_CASE("integrity-check: neither functions nor settings nor sequences are a way around") {
  struct {
    std::string_view sql, refusal;
  } const ways[] = {
      {"SELECT sneaky()", "cannot execute INSERT in a read-only transaction"},
      {"SELECT nextval('s')", "cannot execute nextval() in a read-only transaction"},
      {"SET transaction_read_only = off", "cannot set transaction read-write mode inside a read-only transaction"},
      {"SELECT set_config('transaction_read_only', 'off', true)",
       "cannot set transaction read-write mode inside a read-only transaction"},
      {"SELECT id INTO copy FROM users", "read-only transaction"},
      {"COMMIT", "transaction control is refused"},
      {"ROLLBACK TO SAVEPOINT davit_handler", "transaction control is refused"},
  };
  for (const auto &way : ways) {
    CAPTURE(way.sql);
    const project p(writing_check("after_validation", way.sql));
    create_users(p, 3);
    p.database().sql("CREATE SEQUENCE s; CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS "
                     "$$ INSERT INTO users VALUES (99) RETURNING id $$");
    p.migration("1_note.up.sql", "ALTER TABLE users ADD note text;");
    const auto result = up(p, 1);
    CHECK_MESSAGE(has(result.err, way.refusal), result.err);
    CHECK(p.database().sql("SELECT count(*) FROM users") == "3");
    CHECK(ledger(p) == "");
  }
}

TEST_CASE("integrity-check: being read-only ends with the check: the migration and other plugins go on writing") {
  const project p(writing_check("before_ddl", "SELECT 1") + shipped("audit", "audit_log"));
  create_users(p, 1);
  p.migration("1_add.up.sql", "INSERT INTO users VALUES (2);");
  up(p, 0);
  CHECK(p.database().sql("SELECT count(*) FROM users") == "2");
  CHECK(p.database().sql("SELECT outcome FROM davit_audit") == "applied");
}
