// A configuration that the plugin's keys do not allow is refused at its place, before the plugin sees it.
#include "config_of.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

using namespace davit::test;
using davit::error_code;

namespace {

const std::vector<davit::plugin::config_key> keys{required(key("name", DAVIT_TYPE_STR)),
                                                  key("max", DAVIT_TYPE_I64),
                                                  key("ratio", DAVIT_TYPE_F64),
                                                  key("on", DAVIT_TYPE_BOOL),
                                                  key("any", DAVIT_TYPE_JSON),
                                                  key("limits.rows", DAVIT_TYPE_I64),
                                                  required(key("checks[].sql", DAVIT_TYPE_STR)),
                                                  key("checks[].expect", DAVIT_TYPE_JSON),
                                                  key("words[]", DAVIT_TYPE_STR)};

struct row {
  std::string toml; // below `name = 'x'`
  error_code code;
  std::uint32_t line, column;
  std::string message, hint;
};

} // namespace

TEST_CASE("every refusal says what and where, with the line and a caret") {
  const temp_folder folder;
  const auto unknown = error_code::config_unknown;
  const auto value = error_code::config_value;
  const row rows[] = {
      {"maxx = 1", unknown, 2, 1, "no configuration key 'maxx'", "'max'"},
      {"zebra = 1", unknown, 2, 1, "'zebra'", "valid are: any, checks, limits, max"},
      {"max = 'many'", value, 2, 7, "'config.max' is string, it must be integer", "what it is for"},
      {"max = 1.5", value, 2, 7, "it must be integer", ""},
      {"ratio = true", value, 2, 9, "'config.ratio' is boolean, it must be float", ""},
      {"ratio = inf", value, 2, 9, "'config.ratio' is inf, it must be a finite number", "what it is for"},
      {"ratio = -inf", value, 2, 9, "'config.ratio' is -inf, it must be a finite number", ""},
      {"ratio = nan", value, 2, 9, "'config.ratio' is nan, it must be a finite number", ""},
      {"ratio = 9007199254740993", value, 2, 9, "'config.ratio' is an integer with more digits than a float",
       "nearest"},
      {"ratio = -9007199254740993", value, 2, 9, "more digits than a float can hold: it would be rounded", ""},
      {"ratio = 9223372036854775807", value, 2, 9, "more digits than a float can hold: it would be rounded", ""},
      {"any = nan", value, 2, 7, "'config.any' is nan, it must be a finite number", ""},
      {"any = { a = [1, -inf] }", value, 2, 17, "'config.any' holds -inf, it must be a finite number", ""},
      {"max = inf", value, 2, 7, "'config.max' is float, it must be integer", ""},
      {"on = 1", value, 2, 6, "'config.on' is integer, it must be boolean", ""},
      {"limits = 3", value, 2, 10, "'config.limits' is integer, it must be a table", ""},
      {"[limits]\nrow = 3", unknown, 3, 1, "'limits.row'", "'rows'"},
      {"[limits]\nrows = '3'", value, 3, 8, "'config.limits.rows'", ""},
      {"checks = 'x'", value, 2, 10, "'config.checks' is string, it must be an array", ""},
      {"checks = ['x']", value, 2, 11, "'config.checks.0' is string, it must be a table", ""},
      {"[[checks]]\nsql = 'a'\n[[checks]]\nsqll = 'b'", unknown, 5, 1, "'checks.1.sqll'", "'sql'"},
      {"[[checks]]\nsql = 'a'\n[[checks]]\nexpect = 1", value, 4, 1, "needs the configuration key 'checks.1.sql'", ""},
      {"words = ['a', 2]", value, 2, 15, "'config.words.1' is integer, it must be string", ""},
  };
  for (const auto &r : rows) {
    CAPTURE(r.toml);
    const auto problem = refusal([&] { config_of(folder, "name = 'x'\n" + r.toml + "\n", keys); });
    CAPTURE(problem.message);
    CAPTURE(problem.hint);
    CHECK(davit::name_of(problem.code) == davit::name_of(r.code));
    CHECK(has(problem.message, r.message));
    CHECK(has(problem.hint, r.hint));
    CHECK(problem.where.file == (folder.path() / "davit.toml").string());
    CHECK(problem.where.line == r.line);
    CHECK(problem.where.column == r.column);
    CHECK(problem.excerpt.find('^') - problem.excerpt.find('\n') == r.column);
  }
}

TEST_CASE("a required key that is missing is refused at the plugin's entry") {
  const temp_folder folder;
  const auto problem = refusal([&] { config_of(folder, "max = 1\n", keys); });
  CHECK(davit::name_of(problem.code) == davit::name_of(error_code::config_value));
  CHECK(has(problem.message, "needs the configuration key 'name'"));
  CHECK(problem.where.line == 1);
}

TEST_CASE("a plugin without keys takes no configuration") {
  const temp_folder folder;
  const auto problem = refusal([&] { config_of(folder, "a = 1\n", {}); });
  CHECK(has(problem.hint, "has no configuration"));
  CHECK_NOTHROW(config_of(folder, "", {}));
  CHECK_NOTHROW(davit::plugin::configuration({}, {}, {"davit.toml", 1, 1}, "."));
}

TEST_CASE("numbers that a float holds exactly are taken, whatever their sign and size") {
  const temp_folder folder;
  for (const auto *number : {"0", "-0.0", "9007199254740992", "-9223372036854775808", "1152921504606846976", "1e308"}) {
    CAPTURE(number);
    CHECK_NOTHROW(config_of(folder, std::string("name = 'x'\nratio = ") + number + "\n", keys));
  }
}
