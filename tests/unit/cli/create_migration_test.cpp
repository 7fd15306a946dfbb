#include "cli/project_files.hpp"

#include "empty_folder.hpp"
#include "migration/files.hpp"

#include <ctime>
#include <set>
#include <thread>

namespace fs = std::filesystem;
using davit::cli::numbering;

namespace {

struct migrations_folder : empty_folder {
  migrations_folder() { settings.migrations.dir = dir; }

  // The file names created, in that order.
  names create(std::string_view name, numbering how = numbering::automatic, bool down = false,
               bool verify = false) const {
    names out;
    for (const auto &path : davit::cli::create_migration(settings, name, how, down, verify)) {
      CHECK(fs::exists(path));
      out.push_back(path.lexically_relative(dir).string());
    }
    return out;
  }

  davit::error refusal(std::string_view name) const {
    try {
      create(name);
    } catch (const davit::error &problem) {
      return problem;
    }
    FAIL("accepted");
    return {davit::error_code::bug, ""};
  }

  davit::config::settings settings;
};

std::string utc() {
  const auto now = std::time(nullptr);
  char text[15];
  std::tm parts{};
  std::strftime(text, sizeof text, "%Y%m%d%H%M%S", ::gmtime_r(&now, &parts));
  return text;
}

bool all_digits(const std::string &text) { return text.find_first_not_of("0123456789") == std::string::npos; }

} // namespace

TEST_CASE("an empty folder begins at 0001 and goes on from there") {
  const migrations_folder folder;
  CHECK(folder.create("first") == names{"0001_first.up.sql"});
  CHECK(folder.create("second") == names{"0002_second.up.sql"});
}

TEST_CASE("the next version follows the newest one, as wide as that") {
  const struct {
    names existing;
    std::string next;
  } rows[] = {{{"1_a.sql"}, "2_x.up.sql"},
              {{"9_a.sql", "2_b.sql"}, "10_x.up.sql"},
              {{"2_b.sql", "10_a.sql"}, "11_x.up.sql"},
              {{"0099_a.sql"}, "0100_x.up.sql"},
              {{"999_a.sql"}, "1000_x.up.sql"},
              {{"001_a.up.sql", "001_a.down.sql", "002_b.up.sql"}, "003_x.up.sql"},
              {{"18446744073709551615_a.sql"}, "18446744073709551616_x.up.sql"}};
  for (const auto &row : rows) {
    const migrations_folder folder;
    for (const auto &name : row.existing) folder.write(name);
    CHECK(folder.create("x") == names{row.next});
  }
}

TEST_CASE("a timestamp is the present second in UTC") {
  const migrations_folder folder;
  const auto before = utc();
  const auto created = folder.create("x", numbering::timestamp);
  const auto after = utc();
  REQUIRE(created.size() == 1);
  CHECK(created[0].substr(14) == "_x.up.sql");
  CHECK(created[0].substr(0, 14) >= before);
  CHECK(created[0].substr(0, 14) <= after);
}

TEST_CASE("a folder of timestamps goes on with them, unless asked otherwise") {
  const migrations_folder folder;
  folder.write("20200101000000_a.sql");
  const auto created = folder.create("x");
  CHECK(all_digits(created[0].substr(0, 14)));
  CHECK(created[0].substr(0, 14) > "20200101000000");
  const migrations_folder other;
  other.write("20200101000000_a.sql");
  CHECK(other.create("x", numbering::sequential) == names{"20200101000001_x.up.sql"});
}

TEST_CASE("a version is never older than what is there, even if that is from the future") {
  const migrations_folder folder;
  folder.write("99990101000000_a.sql");
  CHECK(folder.create("x") == names{"99990101000001_x.up.sql"});
  CHECK(folder.create("y", numbering::timestamp) == names{"99990101000002_y.up.sql"});
}

TEST_CASE("down and verify files are made when asked for, and pair up") {
  const migrations_folder folder;
  CHECK(folder.create("x", numbering::automatic, true, true) ==
        names{"0001_x.up.sql", "0001_x.down.sql", "0001_x.verify.sql"});
  CHECK(folder.create("y", numbering::automatic, false, true) == names{"0002_y.up.sql", "0002_y.verify.sql"});
  const auto found = davit::migration::find_migrations(folder.dir);
  REQUIRE(found.migrations.size() == 2);
  CHECK(found.warnings.empty());
  CHECK(found.migrations[0].down.filename() == "0001_x.down.sql");
  CHECK(found.migrations[0].verify.filename() == "0001_x.verify.sql");
  CHECK(found.migrations[1].down.empty());
}

TEST_CASE("the files hold comments and nothing else") {
  const migrations_folder folder;
  for (const auto &name : folder.create("x\n; drop table y; --", numbering::automatic, true, true)) {
    const auto text = folder.read(name);
    CHECK_FALSE(text.empty());
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = text.find('\n', begin);
      REQUIRE(end != std::string::npos);
      const auto line = text.substr(begin, end - begin);
      CHECK_MESSAGE((line.empty() || line.starts_with("--")), line);
      begin = end + 1;
    }
  }
}

TEST_CASE("a name becomes a slug") {
  const struct {
    std::string name, slug;
  } rows[] = {{"Add E-Mail", "add_e_mail"}, {"  x  ", "x"},    {"a__b--c", "a_b_c"},      {"../../etc/x", "etc_x"},
              {"x.down", "x_down"},         {"größe", "gr_e"}, {"7 wonders", "7_wonders"}};
  for (const auto &row : rows) {
    CAPTURE(row.name);
    const migrations_folder folder;
    CHECK(folder.create(row.name) == names{"0001_" + row.slug + ".up.sql"});
  }
}

TEST_CASE("a name of which nothing is left is wrong usage") {
  const migrations_folder folder;
  for (const auto *name : {"", " ", "___", "...", "日本"}) {
    CAPTURE(name);
    const auto problem = folder.refusal(name);
    CHECK(problem.code == davit::error_code::usage);
    CHECK(problem.hint.find("davit new") != std::string::npos);
  }
  CHECK(folder.entries().empty());
}

TEST_CASE("a name that is too long for the file system leaves nothing behind") {
  const migrations_folder folder;
  const auto problem = folder.refusal(std::string(300, 'x'));
  CHECK(problem.code == davit::error_code::io);
  CHECK(folder.entries().empty());
  // Too long with the longest suffix only: what fits was written first, and is taken back.
  const std::string name(255 - std::string("0001_.up.sql").size(), 'x');
  CHECK_THROWS_AS(folder.create(name, numbering::automatic, true), davit::error);
  CHECK(folder.entries().empty());
}

TEST_CASE("a missing migrations folder is created, and again removed if nothing comes of it") {
  migrations_folder folder;
  folder.settings.migrations.dir = folder.dir / "db" / "migrations";
  CHECK_THROWS_AS(folder.create(std::string(300, 'x')), davit::error);
  CHECK(folder.entries().empty());
  folder.create("x");
  CHECK(folder.entries() == names{"db", "db/migrations", "db/migrations/0001_x.up.sql"});
}

TEST_CASE("a folder that is not in order is refused before anything is written") {
  const migrations_folder folder;
  folder.write("1_a.sql");
  folder.write("01_b.sql");
  CHECK(folder.refusal("x").code == davit::error_code::migration_file);
  CHECK(folder.entries().size() == 2);
}

TEST_CASE("many at the same moment get different versions") {
  const migrations_folder folder;
  constexpr std::size_t count = 16;
  std::vector<std::thread> threads;
  std::vector<std::string> problems(count);
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      try {
        davit::cli::create_migration(folder.settings, "m" + std::to_string(i), numbering::automatic, true, false);
      } catch (const std::exception &problem) {
        problems[i] = problem.what();
      }
    });
  for (auto &thread : threads) thread.join();
  for (const auto &problem : problems) CHECK(problem.empty());
  std::set<std::string> versions;
  for (const auto &m : davit::migration::find_migrations(folder.dir).migrations) versions.insert(m.id.text());
  CHECK(versions.size() == count);
  CHECK(*versions.rbegin() == "0016");
}
