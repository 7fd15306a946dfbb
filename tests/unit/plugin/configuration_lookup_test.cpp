// Reading a plugin's configuration by dotted path.
#include "config_of.hpp"
#include "refusal.hpp"

#include <doctest/doctest.h>

using namespace davit::test;
using davit::plugin::json_text;
using davit::plugin::value;

namespace {

const std::vector<davit::plugin::config_key> keys{key("name", DAVIT_TYPE_STR, std::string("unnamed")),
                                                  key("max", DAVIT_TYPE_I64, std::int64_t{100}),
                                                  key("ratio", DAVIT_TYPE_F64),
                                                  key("on", DAVIT_TYPE_BOOL, true),
                                                  key("any", DAVIT_TYPE_JSON, json_text{"[1]"}),
                                                  key("limits.rows", DAVIT_TYPE_I64, std::int64_t{5}),
                                                  key("checks[].sql", DAVIT_TYPE_STR),
                                                  key("checks[].expect", DAVIT_TYPE_JSON),
                                                  key("checks[].veto", DAVIT_TYPE_BOOL, false),
                                                  key("words[]", DAVIT_TYPE_STR)};

} // namespace

TEST_CASE("what is written is read with its own type") {
  const temp_folder folder;
  const auto c = config_of(folder, "name = 'größe'\nmax = -1\nratio = 2.5\non = false\n[limits]\nrows = 9\n", keys);
  CHECK(c.get("name") == value(std::string("größe")));
  CHECK(c.get("max") == value(std::int64_t{-1}));
  CHECK(c.get("ratio") == value(2.5));
  CHECK(c.get("on") == value(false));
  CHECK(c.get("limits.rows") == value(std::int64_t{9}));
}

TEST_CASE("an integer is a float where a float is wanted") {
  const temp_folder folder;
  CHECK(config_of(folder, "ratio = 2\n", keys).get("ratio") == value(2.0));
}

TEST_CASE("what is not written is its default, or nothing; what was never declared is not there") {
  const temp_folder folder;
  const auto c = config_of(folder, "", keys);
  CHECK(c.get("name") == value(std::string("unnamed")));
  CHECK(c.get("max") == value(std::int64_t{100}));
  CHECK(c.get("ratio") == value());
  CHECK(c.get("limits.rows") == value(std::int64_t{5}));
  CHECK(c.get("any") == value(json_text{"[1]"}));
  CHECK(c.get("words") == value());
  for (const auto *unknown : {"nme", "limits.row", "name.first", "checks.sql", "checks.x.sql", "checks.0.sqll"})
    CHECK_MESSAGE(!c.get(unknown), unknown);
}

TEST_CASE("arrays are read by index, with their length") {
  const temp_folder folder;
  const auto c = config_of(
      folder, "words = ['a', 'b', 'c']\n[[checks]]\nsql = 'one'\n[[checks]]\nsql = 'two'\nveto = true\n", keys);
  CHECK(c.length("words") == 3);
  CHECK(c.get("words.2") == value(std::string("c")));
  CHECK(c.get("words.3") == value());
  CHECK(c.length("checks") == 2);
  CHECK(c.get("checks.0.sql") == value(std::string("one")));
  CHECK(c.get("checks.0.veto") == value(false));
  CHECK(c.get("checks.1.veto") == value(true));
  CHECK(c.get("checks.9.sql") == value());
  CHECK(c.get("checks") == value(json_text{R"([{"sql":"one"},{"sql":"two","veto":true}])"}));
  CHECK_FALSE(c.length("checkss"));
  CHECK(config_of(folder, "", keys).length("checks") == 0);
  CHECK(has(refusal([&] { (void)config_of(folder, "name = 'x'\n", keys).length("name"); }).message,
            "not an array or table"));
}

TEST_CASE("inside of a JSON key everything is as it was written") {
  const temp_folder folder;
  const auto c = config_of(folder, "[any]\na = [1, { b = 'x' }]\nwhen = 2024-02-29\n", keys);
  CHECK(c.get("any") == value(json_text{R"({"a":[1,{"b":"x"}],"when":"2024-02-29"})"}));
  CHECK(c.get("any.a.0") == value(std::int64_t{1}));
  CHECK(c.get("any.a.1.b") == value(std::string("x")));
  CHECK(c.get("any.a.1") == value(json_text{R"({"b":"x"})"}));
  CHECK(c.get("any.nothing") == value());
  CHECK(c.length("any.a") == 2);
  CHECK(config_of(folder, "any = 'text'\n", keys).get("any") == value(json_text{"\"text\""}));
}

TEST_CASE("the whole table is JSON text in the order of the file") {
  const temp_folder folder;
  CHECK(config_of(folder, "max = 1\nname = 'x'\n", keys).get("") == value(json_text{R"({"max":1,"name":"x"})"}));
  CHECK(config_of(folder, "", keys).get("") == value(json_text{"{}"}));
}
