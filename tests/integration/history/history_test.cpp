// The main promise: a history of hundreds of migrations gives the same database as psql makes of the same files.
#include "history.hpp"
#include "support/program.hpp"
#include "support/project.hpp"
#include "traits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace davit::test;
namespace fs = std::filesystem;

constexpr int as_many_as_there_are = 1'000'000;

void write_files(const project &p, const std::vector<history_entry> &history) {
  for (const auto &entry : history) {
    p.migration(entry.up_file().string(), entry.up);
    p.migration(entry.down_file().string(), entry.down);
  }
}

// Where two dumps part, with what is around it: a whole diff of thousands of lines helps nobody.
std::string first_difference(const std::string &expected, const std::string &actual) {
  const auto [at, other] = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  if (at == expected.end() && other == actual.end()) return {};
  const auto offset = static_cast<std::size_t>(at - expected.begin());
  const auto begin = offset < 300 ? 0 : offset - 300;
  return "psql:\n" + expected.substr(begin, 600) + "\n\ndavit:\n" + actual.substr(begin, 600);
}

// Down files leave nothing in a session that the next one would trip over, so that one psql can run many.
void revert_with_psql(const test_database &database, const fs::path &folder,
                      const std::vector<history_entry> &history) {
  for (auto last = history.rbegin(); last != history.rend(); ++last) database.psql(folder / last->down_file());
}

} // namespace

TEST_CASE("davit makes of a long history what psql makes of it, and takes it back as psql does") {
  const auto history = make_history();
  REQUIRE(history.size() >= 300);
  const project p;
  write_files(p, history);
  const auto folder = p.folder() / "migrations";
  const test_database reference;
  reference.sql(std::string("CREATE ROLE ") + role_of_session_traits);
  const auto nothing = reference.dump_without_davit();

  for (const auto &entry : history) {
    CAPTURE(entry.title);
    REQUIRE_NOTHROW(reference.psql(folder / entry.up_file()));
  }
  const auto up = p.davit({"up"});
  REQUIRE_MESSAGE(up.exit_code == 0, up.err);
  CHECK(p.database().sql("SELECT count(*) FROM davit.migration WHERE state = 'applied'") ==
        std::to_string(history.size()));
  const auto expected = reference.dump_without_davit();
  CHECK(expected.size() > 10 * nothing.size());
  CHECK(first_difference(expected, p.database().dump_without_davit()) == "");

  const auto again = p.davit({"up"});
  CHECK(again.exit_code == 0);

  revert_with_psql(reference, folder, history);
  const auto down = p.davit({"down", "--steps", std::to_string(as_many_as_there_are)});
  REQUIRE_MESSAGE(down.exit_code == 0, down.err);
  CHECK(first_difference(reference.dump_without_davit(), p.database().dump_without_davit()) == "");
  CHECK(first_difference(nothing, p.database().dump_without_davit()) == "");
}
