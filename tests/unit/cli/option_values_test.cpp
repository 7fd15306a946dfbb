// An empty variable of a script must not make a real run of a dry one.
#include "cli/option_values.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

std::string wrong(std::vector<const char *> words) { return davit::cli::wrong_value(davit::cli::option_tree(), words); }

} // namespace

TEST_CASE("an option without its value does not take the next option for it") {
  for (const char *option : {"--environment", "--hooks-hint", "--hooks-hint-owner", "--hooks-hint-token", "--deadline",
                             "--to", "--steps", "--config"}) {
    CAPTURE(option);
    const std::string name = option;
    CHECK(wrong({"down", (name + "=").c_str(), "--dry-run"}) ==
          name + " needs a value: there is nothing behind its '='");
    CHECK(wrong({"down", option, "--dry-run"}) == name +
                                                      " needs a value, and the next word is --dry-run; where that is "
                                                      "its value: " +
                                                      name + "=--dry-run");
    CHECK(wrong({"down", option, "x", "--dry-run"}).empty());
    CHECK(wrong({"down", (name + "=x").c_str(), "--dry-run"}).empty());
    CHECK(wrong({"down", (name + "=-x").c_str()}).empty());
  }
  CHECK(wrong({"up", "-e", "--dry-run"}) == "-e needs a value, and the next word is --dry-run");
  CHECK(wrong({"up", "-e=production"}) == "-e=production: the value of -e is the next word, without '='");
  CHECK(wrong({"up", "-eproduction"}).empty());
  CHECK(wrong({"-c", "-e", "x", "up"}) == "-c needs a value, and the next word is -e");
  CHECK(wrong({"down", "-qe", "--dry-run"}) == "-e needs a value, and the next word is --dry-run");
  CHECK(wrong({"down", "-qe=production"}) == "-qe=production: the value of -e is the next word, without '='");
  CHECK(wrong({"down", "-qe", "production", "-v"}).empty());
  CHECK(wrong({"down", "-qeproduction"}).empty());
}

TEST_CASE("a flag takes no value") {
  CHECK(wrong({"up", "--dry-run=no"}) == "--dry-run takes no value");
  CHECK(wrong({"up", "--json=1"}) == "--json takes no value");
  CHECK(wrong({"up", "-q=1"}) == "-q takes no value");
}

TEST_CASE("what is no option of davit's, or stands behind --, is left to the parser") {
  CHECK(wrong({"up", "--bogus=", "--dry-run"}).empty());
  CHECK(wrong({"repair", "--", "--environment="}).empty());
  CHECK(wrong({"up", "-"}).empty());
  CHECK(wrong({"up", "-zq"}).empty());
  CHECK(wrong({"up", "--steps", "-1"}).empty());
  CHECK(wrong({"repair", "1", "--resume", "--after", "2"}).empty());
  CHECK(wrong({}).empty());
}
