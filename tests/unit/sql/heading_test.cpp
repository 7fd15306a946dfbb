#include "sql/heading.hpp"

#include <doctest/doctest.h>

using davit::sql::heading;

TEST_CASE("a heading is the statement on one line, without comments and semicolon") {
  CHECK(heading("begin;") == "begin");
  CHECK(heading("/* a */ create\n\ttable  -- b\n shop.customer(id int);") == "create table shop.customer(id int)");
  CHECK(heading("") == "");
}

TEST_CASE("a long statement is cut between two tokens") {
  CHECK(heading("create table a_rather_long_name (id int)", 20) == "create table …");
  CHECK(heading("do $$\nbegin\nend $$") == "do …");
}
