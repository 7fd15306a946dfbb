#include "sql/statement_kind.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

using davit::sql::classify;
using davit::sql::statement_kind;

static void all_are(statement_kind kind, std::initializer_list<std::string_view> statements) {
  for (const auto statement : statements) {
    CAPTURE(std::string(statement));
    CHECK(classify(statement) == kind);
    CHECK(classify("/* c */ -- d\n " + std::string(statement) + " ;") == kind);
  }
}

TEST_CASE("comments and nothing are empty") {
  all_are(statement_kind::empty, {"", ";", "-- a\n", "/* b; */", " \r\n"});
}

TEST_CASE("a plain BEGIN has no modes") {
  all_are(statement_kind::begin, {"BEGIN", "begin work", "Begin Transaction", "start transaction", "begin/* */work"});
  all_are(statement_kind::begin_with_modes,
          {"BEGIN ISOLATION LEVEL SERIALIZABLE", "begin work read only", "start transaction deferrable"});
}

TEST_CASE("COMMIT and END end a transaction") {
  all_are(statement_kind::commit, {"COMMIT", "end", "commit work", "end transaction", "commit and no chain",
                                   "COMMIT TRANSACTION AND NO CHAIN"});
  all_are(statement_kind::end_and_chain, {"commit and chain", "end work and chain", "rollback and chain"});
}

TEST_CASE("ROLLBACK ends a transaction, ROLLBACK TO does not") {
  all_are(statement_kind::rollback,
          {"ROLLBACK", "abort", "rollback work", "abort transaction", "rollback and no chain"});
  all_are(statement_kind::savepoint, {"rollback to a", "rollback work to savepoint a", "ROLLBACK TRANSACTION TO a",
                                      "savepoint a", "release a", "release savepoint a"});
}

TEST_CASE("two-phase commit is told from prepared statements") {
  all_are(statement_kind::two_phase,
          {"prepare transaction 'a'", "commit prepared 'a'", "rollback prepared 'a'", "PREPARE TRANSACTION E'a'"});
  all_are(statement_kind::other, {"prepare a as select 1", "prepare transaction as select 1",
                                  "prepare transaction (int) as select $1", "deallocate a"});
}

TEST_CASE("settings of the transaction are told from other settings") {
  all_are(statement_kind::set_transaction,
          {"set transaction read only", "SET LOCAL transaction_isolation = 'serializable'",
           "set session characteristics as transaction read only", "set transaction_read_only to on",
           "set session transaction_deferrable = on"});
  all_are(statement_kind::other, {"set work_mem = '1MB'", "set local lock_timeout = 0", "set session authorization a",
                                  "set constraints all deferred", "set role a", "reset all"});
}

TEST_CASE("COPY from and to the client is told from other COPY") {
  all_are(statement_kind::copy_from_stdin,
          {"copy t from stdin", "COPY public.\"from\" (a, \"to\") FROM STDIN WITH (FORMAT csv)",
           "copy binary t from stdin", "copy t from stdout", "copy t(a) from/* c */stdin with csv header"});
  all_are(statement_kind::copy_to_stdout,
          {"copy t to stdout", "copy (select a from stdin) to stdout", "copy t(a) to stdin",
           "copy (insert into t values ('(') returning a) to stdout"});
  all_are(statement_kind::other, {"copy t from '/f'", "copy t to program 'stdin'", "copy", "copy t from",
                                  "copyx from stdin", "copy t from \"stdin\""});
}

TEST_CASE("everything else is other") {
  all_are(statement_kind::other,
          {"select 1", "(select 1)", "create table begin (commit int)", "\"begin\"", "beginning",
           "create index on t (a)", "do $$ begin perform 1; end $$", "call p()", "42", "explain vacuum"});
}

TEST_CASE("transaction control is what begins, ends, prepares or moves between savepoints") {
  using enum statement_kind;
  for (const auto kind : {begin, begin_with_modes, commit, rollback, end_and_chain, two_phase, savepoint})
    CHECK(davit::sql::is_transaction_control(kind));
  for (const auto kind : {empty, set_transaction, outside_transaction, copy_from_stdin, copy_to_stdout, other})
    CHECK_FALSE(davit::sql::is_transaction_control(kind));
}
