#include "migration/transaction_mode.hpp"
#include "parse_fixture.hpp"

using davit::migration::require_blocks_where_needed;

using strings = std::vector<std::string>;

TEST_CASE("a file is one transaction unless something says otherwise") {
  const auto s = parse("create table a (); create index on a (b);");
  CHECK_FALSE(s.no_transaction);
  CHECK(s.no_transaction_reason.empty());
  CHECK_FALSE(s.wrapped);
}

TEST_CASE("BEGIN at the start and COMMIT at the end are left to davit") {
  for (const std::string text :
       {"begin; select 1; commit;", "-- a\n/* b */ BEGIN WORK;\nselect 1;\nEND;\n/* c */\n;",
        "start transaction; select 1; commit and no chain", "begin; savepoint a; rollback to a; select 1; commit;"}) {
    CAPTURE(text);
    const auto s = parse(text);
    CHECK(s.wrapped);
    CHECK_FALSE(s.no_transaction);
    CHECK(texts_of(s).back() == "select 1;");
  }
  CHECK(parse("begin; commit;").wrapped);
  CHECK(parse("begin; commit;").statements.empty());
}

TEST_CASE("savepoints are allowed anywhere") {
  const auto s = parse("savepoint a; insert into t values (1); rollback to savepoint a; release a;");
  CHECK(s.statements.size() == 4);
  CHECK_FALSE(s.wrapped);
}

TEST_CASE("other transaction control in a file that is one transaction is refused, and shown") {
  const struct {
    std::string text, place, named;
  } rows[] = {{"select 1;\n  commit;", "2:3", "commit"},
              {"select 1; rollback;", "1:11", "rollback"},
              {"begin;\nselect 1;", "1:1", "begin"},
              {"begin; select 1;\nrollback;", "2:1", "rollback"},
              {"begin; select 1; commit;\nselect 2;", "1:18", "commit"},
              {"begin; select 1;\n commit; begin; select 2; commit;", "2:2", "commit"},
              {"begin;\nbegin; commit;", "2:1", "begin"},
              {"begin isolation level serializable; select 1; commit;", "1:1", "begin isolation level serializable"},
              {"select 1; commit and chain;", "1:11", "commit and chain"},
              {"begin; prepare transaction 'x';", "1:8", "prepare transaction 'x'"},
              {"select 1; /* why\n not */\n abort;", "3:2", "abort"}};
  for (const auto &row : rows) {
    CAPTURE(row.text);
    const auto e = syntax_error_of(row.text);
    CHECK(to_string(e.where) == "dir/1_a.up.sql:" + row.place);
    CHECK(e.message.starts_with(row.named + " "));
    CHECK(contains(e.hint, "-- davit: no-transaction"));
  }
}

TEST_CASE("settings of the transaction are no transaction control") {
  CHECK(parse("set transaction read only; set constraints all immediate; select 1;").statements.size() == 3);
}

TEST_CASE("with the directive a file may do as it likes") {
  const auto s = parse("-- davit: no-transaction\nbegin; lock table a; commit; vacuum; begin; rollback;");
  CHECK(s.no_transaction);
  CHECK(s.no_transaction_reason == "-- davit: no-transaction");
  CHECK(s.statements.size() == 6);
  CHECK_FALSE(parse("-- davit: no-transaction\nbegin; select 1; commit;").wrapped);
}

TEST_CASE("without a transaction, what would end with its own statement, or never, is refused before it is run") {
  const struct {
    std::string text, place, named;
    std::size_t statement;
  } rows[] = {{"lock table a; select 1;", "2:1", "lock table a", 0},
              {"begin; commit;\nsavepoint a;", "3:1", "savepoint a", 2},
              {"declare c cursor for select 1;", "2:1", "declare c cursor for select 1", 0},
              {"insert into t values (1);\nbegin; select 1;", "3:1", "begin", 1},
              {"begin; commit; begin isolation level serializable;", "2:16", "begin isolation level serializable", 2}};
  for (const auto &row : rows) {
    CAPTURE(row.text);
    const auto s = parse("-- davit: no-transaction\n" + row.text);
    try {
      require_blocks_where_needed(s, row.statement);
      FAIL("no error");
    } catch (const davit::error &e) {
      CHECK(e.code == davit::error_code::migration_syntax);
      CHECK(to_string(e.where) == "dir/1_a.up.sql:" + row.place);
      CHECK(e.message.starts_with(row.named + " "));
      CHECK_FALSE(e.excerpt.empty());
    }
    CHECK_NOTHROW(require_blocks_where_needed(s, row.statement + 1)); // it has been run
  }
  for (const std::string text :
       {"-- davit: no-transaction\ndeclare c cursor with hold for select 1;", "savepoint a; lock table a;",
        "-- davit: no-transaction\nbegin; declare c cursor for select 1; savepoint a; commit;",
        "-- davit: no-transaction\nbegin; prepare transaction 'x'; commit prepared 'x';"})
    CHECK_NOTHROW(require_blocks_where_needed(parse(text), 0));
}

TEST_CASE("a statement that needs to run outside of a transaction takes the whole file out of it") {
  const auto s =
      parse("select 1;\n/* for\n   speed */ create index concurrently i on t (a);\nbegin; select 1; commit;");
  CHECK(s.no_transaction);
  CHECK(s.no_transaction_reason == "CREATE INDEX CONCURRENTLY at line 3");
  CHECK(s.statements.size() == 5);
  CHECK(parse("begin; select 1; commit; vacuum; begin; select 2; commit;").no_transaction);
}

TEST_CASE("such a statement between BEGIN and COMMIT is refused") {
  const auto e = syntax_error_of("begin;\n  create index concurrently i on t (a);\ncommit;");
  CHECK(to_string(e.where) == "dir/1_a.up.sql:2:3");
  CHECK(contains(e.message, "CREATE INDEX CONCURRENTLY"));
  CHECK(e.excerpt == "  create index concurrently i on t (a);\n  ^");
}
