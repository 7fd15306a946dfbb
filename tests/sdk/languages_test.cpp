// Plugins written from the C header alone, in C and in Rust: the same contract, so the same test.
#include "plugin_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

struct language {
  std::string plugin; // lib…_row_guard.so
  std::string key;    // of its stat
};

const language languages[] = {{"c", "c/users"}, {"rust", "rust/users"}};

std::string guard(const language &l, std::string_view config = "{}") {
  return toml_head() + plugin_entry(l.plugin, l.plugin + "_row_guard", config);
}

// A project whose `users` has three rows before davit comes.
void three_users(const project &p) {
  p.database().sql("CREATE TABLE users (id int); INSERT INTO users VALUES (1), (2), (3)");
  p.migration("0001_email.up.sql", "ALTER TABLE users ADD email text;");
}

} // namespace

TEST_CASE("a plugin in another language logs, queries, keeps a stat and reports") {
  for (const language &l : languages) {
    CAPTURE(l.plugin);
    const project p(guard(l));
    three_users(p);
    const auto run = up(p, 0);
    CHECK(has(run.err, "users has 3 rows, 1000000 are allowed"));
    CHECK(calls(p) == "before_ddl check ok 0");
    CHECK(reported(p, l.plugin, "check") == "users has 3 rows, 1000000 are allowed");
    CHECK(stat(p, l.key) == "3");
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("its configuration decides, and a veto of its own stops the migration with exit 7") {
  for (const language &l : languages) {
    CAPTURE(l.plugin);
    const project p(guard(l, "{ max_rows = 2 }"));
    three_users(p);
    const auto run = up(p, 7);
    CHECK(has(run.err, "users has 3 rows, 2 are allowed"));
    CHECK(ledger(p) == "");
    CHECK(p.database().sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass "
                           "AND attname = 'email'") == "0");
  }
}

TEST_CASE("davit refuses a configuration of the wrong type before the plugin sees it") {
  for (const language &l : languages) {
    CAPTURE(l.plugin);
    const project p(guard(l, "{ max_rows = 'many' }"));
    three_users(p);
    CHECK(has(up(p, 3).err, "max_rows"));
  }
}

TEST_CASE("an error of the server's comes through as the reason of the failure") {
  for (const language &l : languages) {
    CAPTURE(l.plugin);
    const project p(guard(l));
    p.migration("0001_unrelated.up.sql", "CREATE TABLE orders (id int);");
    CHECK(has(up(p, 1).err, "relation \"users\" does not exist"));
    CHECK(p.database().sql("SELECT to_regclass('orders')") == "");
  }
}

TEST_CASE("a panic in Rust is a failed handler: the migration is rolled back and davit lives to say so") {
  const project p(guard(languages[1]) + "[[hooks.after_ddl]]\nplugin = \"rust\"\nhandler = \"overflow\"\n");
  three_users(p);
  const auto run = up(p, 1);
  CHECK(has(run.err, "the plugin panicked"));
  CHECK(run.signal == 0);
  CHECK(ledger(p) == "");
}

TEST_CASE("both work side by side in one run, sharing the stats") {
  const project p(guard(languages[0]) + plugin_entry("rust", "rust_row_guard"));
  three_users(p);
  up(p, 0);
  CHECK(stat(p, "c/users") == "3");
  CHECK(stat(p, "rust/users") == "3");
}
