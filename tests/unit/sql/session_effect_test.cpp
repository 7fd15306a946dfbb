#include "sql/session_effect.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

using davit::sql::session_effect;
using davit::sql::session_effect_of;

namespace {

void all_are(session_effect expected, std::initializer_list<const char *> statements) {
  for (const std::string text : statements) {
    CAPTURE(text);
    CHECK(session_effect_of(text) == expected);
  }
}

} // namespace

TEST_CASE("what sets something for the session can be repeated") {
  all_are(session_effect::repeatable,
          {"set search_path = app", "-- a\nSET SESSION work_mem TO '1MB';",
           "set session characteristics as transaction "
           "read only",
           "set role bob", "reset all", "discard temp", "listen x", "prepare p as select 1",
           "select pg_catalog.set_config('search_path', '', false);", "SELECT set_config('a.b', 'c', false)"});
}

TEST_CASE("what ends with its transaction, or is in the database, leaves nothing in the session") {
  all_are(session_effect::none,
          {"set local search_path = app", "set transaction read only", "set constraints all deferred",
           "prepare transaction 'x'", "create table temp (i int)", "select 1", ""});
}

TEST_CASE("what may have left something that is gone with the session") {
  all_are(session_effect::lost,
          {"create temp table x ()", "create local temporary sequence s", "create or replace temp view v as select 1",
           "select 1 as i into temp x", "declare c cursor with hold for select 1",
           "select set_config('a.b', c, false) from t", "select set_config('search_path', 'app', false), 1",
           "do $$ begin perform set_config('search_path', 'app', false); end $$"});
}
