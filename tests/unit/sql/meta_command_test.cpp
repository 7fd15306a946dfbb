#include "sql/meta_command.hpp"
#include "sql/split.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::sql::meta_command_at;
using davit::sql::meta_command_hint;
using davit::sql::split;

TEST_CASE("a meta-command is refused wherever it stands") {
  for (const std::string text : {"\\set x 1\n", "select 1 \\g\n", "select (1\n\\echo a\n);", "-- a\n  \\i b.sql",
                                 "create function f() begin atomic select 1; \\p\n end;"}) {
    CAPTURE(text);
    const auto split_text = split(text);
    REQUIRE(split_text.first_problem);
    CHECK(split_text.first_problem->offset == text.find('\\'));
    CHECK(split_text.first_problem->message.find("meta-command \\") != std::string::npos);
    CHECK_FALSE(split_text.first_problem->hint.empty());
  }
}

TEST_CASE("a backslash in quotes and comments is none") {
  CHECK_FALSE(split("select '\\d', \"\\d\", $$\\d$$ /* \\d */ -- \\d\n;").first_problem);
}

TEST_CASE("the command's name ends where psql ends it") {
  CHECK(meta_command_at("\\restrict abc") == "\\restrict");
  CHECK(meta_command_at("\\i") == "\\i");
  CHECK(meta_command_at("\\.\nselect") == "\\.");
  CHECK(meta_command_at("\\;") == "\\;");
  CHECK(meta_command_at("\\ x") == "\\");
  CHECK(meta_command_at("\\") == "\\");
}

TEST_CASE("the hint says what to do instead") {
  CHECK(meta_command_hint("\\restrict") == meta_command_hint("\\unrestrict"));
  CHECK(meta_command_hint("\\unrestrict").find("pg_dump") != std::string::npos);
  CHECK(meta_command_hint("\\copy").find("COPY … FROM stdin") != std::string::npos);
  CHECK(meta_command_hint("\\c").find("database") != std::string::npos);
  CHECK(meta_command_hint("\\gexec").find("EXECUTE") != std::string::npos);
  CHECK(meta_command_hint("\\pset") == meta_command_hint("\\"));
}
