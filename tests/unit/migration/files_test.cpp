#include "base/error.hpp"
#include "migration/files.hpp"
#include "migration/plan.hpp"

#include "support/temp_folder.hpp"
#include "unit/plugin/without_rights.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include <sys/resource.h>
#include <unistd.h>

using davit::migration::find_migrations;
using davit::test::temp_folder;

namespace {

davit::error error_of(const std::filesystem::path &dir) {
  try {
    find_migrations(dir);
  } catch (const davit::error &e) {
    CHECK(e.code == davit::error_code::migration_file);
    CHECK_FALSE(e.hint.empty());
    return e;
  }
  FAIL("no error");
  throw 0;
}

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

// Checks that the folder is refused with a message that names all of `names`.
void refused_naming(const temp_folder &dir, std::initializer_list<std::string_view> names) {
  const auto e = error_of(dir.path());
  INFO(e.message);
  for (const auto name : names) CHECK(contains(e.message, name));
}

} // namespace

TEST_CASE("migrations come in the order of their versions as numbers") {
  const temp_folder dir;
  for (const auto *name : {"10_c.up.sql", "2_b.up.sql", "0001_a.sql", "20240101000000_d.up.sql"})
    dir.write(name, "select 1;\n");
  const auto found = find_migrations(dir.path());
  REQUIRE(found.migrations.size() == 4);
  CHECK(found.migrations[0].title() == "0001_a");
  CHECK(found.migrations[1].title() == "2_b");
  CHECK(found.migrations[2].title() == "10_c");
  CHECK(found.migrations[3].title() == "20240101000000_d");
  CHECK(found.warnings.empty());
}

TEST_CASE("up, down and verify are paired by version, not by title or zeros; the up file gives the name") {
  const temp_folder dir;
  dir.write("07_add.up.sql", "select 1;\n");
  dir.write("7_drop_again.down.sql", "select 1;\n");
  dir.write("007.verify.sql", "select 1;\n");
  const auto found = find_migrations(dir.path());
  REQUIRE(found.migrations.size() == 1);
  const auto &m = found.migrations.front();
  CHECK(m.title() == "07_add");
  CHECK(m.up.filename() == "07_add.up.sql");
  CHECK(m.down.filename() == "7_drop_again.down.sql");
  CHECK(m.verify.filename() == "007.verify.sql");
}

TEST_CASE("a plain .sql file is an up file without a down, and can have a verify file") {
  const temp_folder dir;
  dir.write("1.sql", "select 1;\n");
  dir.write("1.verify.sql", "select 1;\n");
  const auto found = find_migrations(dir.path());
  REQUIRE(found.migrations.size() == 1);
  CHECK(found.migrations[0].title() == "1");
  CHECK(found.migrations[0].up.filename() == "1.sql");
  CHECK(found.migrations[0].down.empty());
  CHECK(found.migrations[0].verify.filename() == "1.verify.sql");
}

TEST_CASE("an empty folder has no migrations") {
  const temp_folder dir;
  CHECK(find_migrations(dir.path()).migrations.empty());
}

TEST_CASE("files of other kinds, hidden files and subfolders are not looked at") {
  const temp_folder dir;
  dir.write("README.md", "select 1;\n");
  dir.write("1_a.up.sql~", "select 1;\n");
  dir.write(".2_b.up.sql", "select 1;\n");
  std::filesystem::create_directory(dir.path() / "old");
  std::filesystem::create_symlink("nowhere", dir.path() / ".#1_a.up.sql");
  dir.write("old/1_a.up.sql", "select 1;\n");
  const auto found = find_migrations(dir.path());
  CHECK(found.migrations.empty());
  CHECK(found.warnings.empty());
}

TEST_CASE("an .sql file without a version is passed over with a warning") {
  const temp_folder dir;
  dir.write("seed.sql", "select 1;\n");
  dir.write("notes.SQL", "select 1;\n");
  const auto found = find_migrations(dir.path());
  CHECK(found.migrations.empty());
  REQUIRE(found.warnings.size() == 2);
  CHECK(contains(found.warnings[0], "notes.SQL"));
  CHECK(contains(found.warnings[1], "seed.sql"));
}

TEST_CASE("a missing folder is an error that names it") {
  const temp_folder dir;
  const auto e = error_of(dir.path() / "nowhere");
  CHECK(contains(e.message, "nowhere"));
  CHECK(contains(e.hint, "create it"));
}

TEST_CASE("a file in place of the folder is an error") {
  const temp_folder dir;
  CHECK(contains(error_of(dir.write("1.sql", "select 1;\n")).message, "1.sql"));
}

TEST_CASE("two files of one version and role are refused, also if only their zeros differ") {
  const temp_folder dir;
  SUBCASE("up") {
    dir.write("07_a.up.sql", "select 1;\n");
    dir.write("7_b.up.sql", "select 1;\n");
    refused_naming(dir, {"07_a.up.sql", "7_b.up.sql"});
  }
  SUBCASE("plain") {
    dir.write("7_a.sql", "select 1;\n");
    dir.write("7_b.sql", "select 1;\n");
    refused_naming(dir, {"7_a.sql", "7_b.sql"});
  }
  SUBCASE("up and plain") {
    dir.write("7_a.sql", "select 1;\n");
    dir.write("7_a.up.sql", "select 1;\n");
    refused_naming(dir, {"7_a.sql", "7_a.up.sql"});
  }
  SUBCASE("down") {
    dir.write("7_a.up.sql", "select 1;\n");
    dir.write("7_a.down.sql", "select 1;\n");
    dir.write("7_b.down.sql", "select 1;\n");
    refused_naming(dir, {"7_a.down.sql", "7_b.down.sql"});
  }
}

TEST_CASE("a plain .sql file next to a down file is to be renamed") {
  const temp_folder dir;
  dir.write("7_a.sql", "select 1;\n");
  dir.write("7_a.down.sql", "select 1;\n");
  refused_naming(dir, {"7_a.sql", "7_a.down.sql"});
  CHECK(contains(error_of(dir.path()).hint, "rename 7_a.sql"));
}

TEST_CASE("down and verify files need an up file") {
  const temp_folder dir;
  dir.write("7_a.down.sql", "select 1;\n");
  dir.write("8_a.verify.sql", "select 1;\n");
  refused_naming(dir, {"7_a.down.sql", "8_a.verify.sql"});
}

TEST_CASE("a name that has a version but does not fit is refused") {
  const temp_folder dir;
  dir.write("1x.up.sql", "select 1;\n");
  dir.write("2_a.UP.SQL", "select 1;\n");
  dir.write("3_a.dwon.sql", "select 1;\n");
  refused_naming(dir, {"1x.up.sql", "2_a.UP.SQL", "3_a.dwon.sql"});
  CHECK(contains(error_of(dir.path()).hint, "VERSION_NAME.up.sql"));
}

TEST_CASE("what cannot be read is refused") {
  const temp_folder dir;
  SUBCASE("a symbolic link to nothing") {
    std::filesystem::create_symlink("nowhere", dir.path() / "1_a.up.sql");
    refused_naming(dir, {"1_a.up.sql", "symbolic link to nothing"});
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(dir.path() / "x.sql");
    refused_naming(dir, {"x.sql", "is a folder"});
  }
  SUBCASE("no permission") {
    using std::filesystem::perms;
    std::filesystem::permissions(dir.path(), perms::owner_all | perms::others_read | perms::others_exec);
    std::filesystem::permissions(dir.write("1_a.up.sql", "select 1;\n"), perms::none);
    CHECK(davit::test::holds_without_rights([&dir] {
      try {
        find_migrations(dir.path());
        return false;
      } catch (const davit::error &e) {
        return contains(e.message, "1_a.up.sql") && contains(e.message, "cannot be read");
      }
    }));
  }
}

TEST_CASE("a symbolic link to a file is as good as the file") {
  const temp_folder dir;
  std::filesystem::create_symlink(dir.write("shared", "select 1;\n"), dir.path() / "1_a.up.sql");
  CHECK(find_migrations(dir.path()).migrations.size() == 1);
}

TEST_CASE("everything that is wrong is reported at once") {
  const temp_folder dir;
  dir.write("1_a.up.sql", "select 1;\n");
  dir.write("01_b.up.sql", "select 1;\n");
  dir.write("2_x.down.sql", "select 1;\n");
  dir.write("3.sql.sql", "select 1;\n");
  std::filesystem::create_directory(dir.path() / "x.sql");
  refused_naming(dir, {"1_a.up.sql", "01_b.up.sql", "2_x.down.sql", "3.sql.sql", "x.sql", dir.path().string()});
}

TEST_CASE("ten thousand files are found and paired in a moment") {
  const temp_folder dir;
  for (int i = 0; i < 5000; ++i) {
    dir.write(std::to_string(i) + "_a.up.sql", "");
    dir.write(std::to_string(i) + "_a.down.sql", "");
  }
  const auto start = std::chrono::steady_clock::now();
  const auto found = find_migrations(dir.path());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  REQUIRE(found.migrations.size() == 5000);
  CHECK(found.migrations.back().id.text() == "4999");
}

TEST_CASE("a name that could fake lines of a terminal is refused, and shown so that it cannot") {
  const temp_folder dir;
  dir.write("1_a\napplied 2_b.up.sql", "select 1;\n");
  const auto e = error_of(dir.path());
  CHECK(contains(e.message, "1_a\\x0aapplied 2_b.up.sql has a control character in its name"));
  CHECK_FALSE(contains(e.message, "1_a\n"));
}

TEST_CASE("where no further file can be opened, that is what is to be mended, not the file") {
  const temp_folder dir;
  dir.write("1_a.up.sql", "SELECT 1;");
  const auto files = find_migrations(dir.path());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max}; // what is open stays so
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  std::string hint;
  try {
    davit::migration::checksums_of(files.migrations.front());
  } catch (const davit::error &e) {
    hint = e.hint;
  }
  std::string listing;
  try {
    find_migrations(dir.path());
  } catch (const davit::error &e) {
    listing = e.hint;
  }
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(contains(hint, "ulimit -n"));
  CHECK(contains(listing, "ulimit -n"));
}
