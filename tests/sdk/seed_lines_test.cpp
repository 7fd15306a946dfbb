// A plugin should not be much longer than what a scripting language would take: no example of the guide may need more
// than one and a half times its lines.
#include "support/paths.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace {

struct example {
  const char *file;
  const char *section; // heading of the guide under which it stands
  int lines_of_guide;  // non-blank lines of its block there
};

// Counted in the Python guide to migration hooks whose behaviour davit makes true, imports and comments included.
constexpr example examples[] = {
    {"quick_start.cpp", "Quick Start", 4},
    {"check_database.cpp", "Validation Hook", 5},
    {"audit_log.cpp", "Audit Logging", 9},
    {"verify_emails.cpp", "Data Integrity Check", 6},
    {"backfill_read_model.cpp", "CQRS Read Model Backfill", 18},
    {"share_data.cpp", "Sharing Data Between Hooks", 6},
    {"my_hook.cpp", "Decorator (Recommended)", 4},
    {"log_migration.cpp", "YAML Configuration: the function it names", 5},
    {"log_migration.toml", "YAML Configuration", 5},
    {"safe_hook.cpp", "Best Practices", 7},
};

int non_blank_lines(const std::filesystem::path &file) {
  std::ifstream in(file);
  REQUIRE_MESSAGE(in, "cannot read ", file.string());
  int count = 0;
  for (std::string line; std::getline(in, line);)
    count += std::any_of(line.begin(), line.end(), [](char c) { return c != ' ' && c != '\t' && c != '\r'; });
  return count;
}

} // namespace

TEST_CASE("each example of the guide takes at most one and a half times its lines") {
  const auto folder = davit::test::source_root() / "tests/sdk/seed";
  for (const example &e : examples) {
    CAPTURE(e.section);
    const int lines = non_blank_lines(folder / e.file);
    CHECK_MESSAGE(lines > 0, e.file);
    CHECK_MESSAGE(2 * lines <= 3 * e.lines_of_guide, e.file, " has ", lines, " lines, the guide ", e.lines_of_guide);
  }
}

TEST_CASE("no example of the guide is left out of the count") {
  for (const auto &entry : std::filesystem::directory_iterator(davit::test::source_root() / "tests/sdk/seed")) {
    const std::string name = entry.path().filename();
    if (name == "CMakeLists.txt") continue;
    CHECK_MESSAGE(
        std::any_of(std::begin(examples), std::end(examples), [&](const example &e) { return e.file == name; }), name,
        " is not in the table");
  }
}
