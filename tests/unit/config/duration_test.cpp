#include "config/duration.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::config::parse_duration;
using davit::config::to_text;

TEST_CASE("a duration is one or more numbers with units, larger units first") {
  const struct {
    std::string text;
    std::int64_t milliseconds;
  } rows[] = {{"0", 0},
              {"0s", 0},
              {"500ms", 500},
              {"2s", 2000},
              {"1m30s", 90'000},
              {"1h", 3'600'000},
              {"1h1m1s1ms", 3'661'001},
              {"90m", 5'400'000},
              {"0h5s", 5000},
              {"007s", 7000},
              {"2147483647ms", 2'147'483'647}};
  for (const auto &row : rows) {
    CAPTURE(row.text);
    CHECK(parse_duration(row.text).count() == row.milliseconds);
  }
}

TEST_CASE("a duration is written as it is read, the largest units first") {
  for (const std::string text : {"0", "1ms", "500ms", "2s", "1m30s", "1h", "1h1m1s1ms"})
    CHECK(to_text(parse_duration(text)) == text);
  CHECK(to_text(parse_duration("90m")) == "1h30m");
}

TEST_CASE("what is no duration is refused with the reason") {
  const struct {
    std::string text, reason;
  } rows[] = {{"", "empty"},
              {"-1s", "negative"},
              {"5", "lacks its unit"},
              {"1m30", "lacks its unit"},
              {"2x", "unknown unit 'x'"},
              {"2min", "unknown unit 'min'"},
              {"1.5s", "unknown unit '.'"},
              {"2S", "unknown unit 'S'"},
              {"2 s", "unknown unit ' s'"},
              {"s", "number is expected"},
              {" 2s", "number is expected"},
              {"30s1m", "'m' cannot follow 's'"},
              {"1s1s", "'s' cannot follow 's'"},
              {"2147483648ms", "out of range"},
              {"2147483647ms1ms", "cannot follow"},
              {"25d", "unknown unit 'd'"},
              {"597h", "out of range"},
              {"596h32m", "out of range"},
              {"99999999999999999999h", "out of range"}};
  for (const auto &row : rows) {
    CAPTURE(row.text);
    try {
      parse_duration(row.text);
      FAIL_CHECK("accepted");
    } catch (const davit::error &problem) {
      CHECK(problem.code == davit::error_code::config_value);
      CHECK_MESSAGE(problem.message.find(row.reason) != std::string::npos, problem.message);
      CHECK(problem.hint.find("1m30s") != std::string::npos);
    }
  }
}
