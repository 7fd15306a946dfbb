#include "migration/file_name.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::migration::file_role;
using davit::migration::parse_file_name;

TEST_CASE("a file name is a version, perhaps a name, and what the file does") {
  const struct {
    std::string file, version, name;
    file_role role;
  } rows[] = {{"0012_add_email.up.sql", "0012", "add_email", file_role::up},
              {"0012_add_email.down.sql", "0012", "add_email", file_role::down},
              {"0012_add_email.verify.sql", "0012", "add_email", file_role::verify},
              {"0012_add_email.sql", "0012", "add_email", file_role::plain},
              {"7.up.sql", "7", "", file_role::up},
              {"7.sql", "7", "", file_role::plain},
              {"20240131235959_größe ändern.up.sql", "20240131235959", "größe ändern", file_role::up},
              {"1__x.up.sql", "1", "_x", file_role::up},
              {"1_up.sql", "1", "up", file_role::plain},
              {"1_release_2.5.sql", "1", "release_2.5", file_role::plain},
              {"1_public.users.up.sql", "1", "public.users", file_role::up},
              {std::string(50, '1') + "_x.up.sql", std::string(50, '1'), "x", file_role::up}};
  for (const auto &row : rows) {
    CAPTURE(row.file);
    const auto name = parse_file_name(row.file);
    REQUIRE(name);
    CHECK(name->version == row.version);
    CHECK(name->name == row.name);
    CHECK(name->role == row.role);
  }
}

TEST_CASE("what does not fit is no migration's file name") {
  for (const std::string file : {"x.sql", "_1.sql", "1x.up.sql", "1-x.up.sql", "1 .sql", "1_.up.sql", "1_x.up.SQL",
                                 "1_x", "v1_x.up.sql", ".up.sql", "1.2_x.up.sql", "1_x.up.sql.bak"}) {
    CAPTURE(file);
    CHECK_FALSE(parse_file_name(file));
  }
}

TEST_CASE("a mistyped role is not taken for a part of the name") {
  for (const std::string file : {"1_x.dwon.sql", "1_x.Down.sql", "1_x.do.sql", "1.undo.sql"}) {
    CAPTURE(file);
    CHECK_FALSE(parse_file_name(file));
  }
}
