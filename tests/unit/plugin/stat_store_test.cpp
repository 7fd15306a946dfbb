#include "plugin/stat_store.hpp"

#include "plugin/json.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>

using davit::plugin::is_stat_key;
using davit::plugin::json_text;
using davit::plugin::stat_entry;
using davit::plugin::stat_store;
using davit::plugin::value;

namespace {

stat_entry entry(value v) { return {std::move(v), "p", "startup"}; }
stat_entry number(std::int64_t n) { return entry(n); }

// -1 if there is none.
std::int64_t at(const stat_store &s, std::string_view key) {
  const auto *found = s.find(key);
  return found ? std::get<std::int64_t>(found->content) : -1;
}

} // namespace

TEST_CASE("a write is seen by the next read, with who wrote it and when") {
  stat_store s;
  CHECK(s.find("a") == nullptr);
  s.set("a", {value(true), "audit", "before_ddl"});
  REQUIRE(s.find("a"));
  CHECK(s.find("a")->content == value(true));
  CHECK(s.find("a")->written_by == "audit");
  CHECK(s.find("a")->phase == "before_ddl");
  s.set("a", entry(std::string("text")));
  CHECK(s.find("a")->content == value(std::string("text")));
}

TEST_CASE("a migration's layer lies above the run's; afterwards it is read as migration/VERSION/KEY") {
  stat_store s;
  s.set("a", number(1));
  s.open_layer("0007");
  CHECK(at(s, "a") == 1);
  s.set("a", number(2));
  s.set("b", number(3));
  CHECK(at(s, "a") == 2);
  CHECK(at(s, "migration/0007/a") == -1);
  s.close_layer();
  CHECK(at(s, "a") == 1);
  CHECK(at(s, "b") == -1);
  CHECK(at(s, "migration/0007/a") == 2);
  CHECK(at(s, "migration/0007/b") == 3);

  s.open_layer("0008");
  CHECK(at(s, "migration/0007/b") == 3);
  CHECK(at(s, "b") == -1);
  s.close_layer();
  s.close_layer(); // once more does nothing
}

TEST_CASE("removing hides what a read would fall through to, for as long as the layer lasts") {
  stat_store s;
  s.set("a", number(1));
  s.open_layer("1");
  s.set("a", entry({}));
  CHECK(s.find("a") == nullptr);
  CHECK(s.visible_as_json() == "{}");
  s.close_layer();
  CHECK(at(s, "a") == 1);
  CHECK(s.find("migration/1/a") == nullptr);
}

TEST_CASE("revert takes back everything since the mark, in whichever layer it was, and nothing before it") {
  stat_store s;
  s.set("run", number(1));
  s.open_layer("1");
  s.set("kept", number(1));
  const auto mark = s.mark();
  s.set("kept", number(2));
  s.set("kept", number(3));
  s.set("new", number(4));
  s.set("run", number(5));
  s.revert(mark);
  CHECK(at(s, "kept") == 1);
  CHECK(at(s, "new") == -1);
  CHECK(at(s, "run") == 1);
  s.revert(mark); // nothing left to take back
  CHECK(at(s, "kept") == 1);

  s.set("kept", entry({}));
  s.revert(mark);
  CHECK(at(s, "kept") == 1);
}

TEST_CASE("inner marks revert before outer ones") {
  stat_store s;
  const auto outer = s.mark();
  s.set("a", number(1));
  const auto inner = s.mark();
  s.set("a", number(2));
  s.revert(inner);
  CHECK(at(s, "a") == 1);
  s.revert(outer);
  CHECK(s.find("a") == nullptr);
}

TEST_CASE("what is visible, and all there is, as JSON") {
  stat_store s;
  s.set("n", number(1));
  s.open_layer("7");
  s.set("j", entry(json_text{R"({"x":[1,null]})"}));
  s.set("n", number(2));
  CHECK(s.visible_as_json() == R"({"j":{"x":[1,null]},"n":2})");
  s.close_layer();
  CHECK(s.to_json() == R"({"run":{"n":{"value":1,"by":"p","phase":"startup"}},"migrations":{"7":{)"
                       R"("j":{"value":{"x":[1,null]},"by":"p","phase":"startup"},)"
                       R"("n":{"value":2,"by":"p","phase":"startup"}}}})");
}

// Without end, if each entry had to be looked for among all others.
TEST_CASE("very many entries, of several migrations, and one with very many members") {
  stat_store s;
  std::string members;
  for (const char *version : {"7", "70"}) {
    s.open_layer(version);
    for (int i = 0; i < 50'000; ++i) s.set("k\"" + std::to_string(i), number(i));
    s.close_layer();
  }
  for (int i = 0; i < 50'000; ++i) members += (i ? ",\"" : "{\"") + std::to_string(i) + "\":1";
  members += "}";
  CHECK(davit::plugin::is_json(members));
  s.set("j", entry(json_text{members}));
  const auto all = s.to_json();
  CHECK(davit::plugin::is_json(all));
  CHECK(all.starts_with(R"({"run":{"j":{"value":{"0":1,"1":1,)"));
  CHECK(all.find(R"(}},"migrations":{"7":{"k\"0":{"value":0,"by":"p","phase":"startup"},)") != std::string::npos);
  CHECK(all.find(R"(},"70":{"k\"0":{"value":0,)") != std::string::npos);
  CHECK(davit::plugin::is_json(s.visible_as_json()));
}

TEST_CASE("a migration that goes on has the stats again that were written down when it stopped") {
  const std::pair<const char *, value> all[] = {{"bool", value(true)},
                                                {"least", value(std::numeric_limits<std::int64_t>::min())},
                                                {"whole", value(1.0)},
                                                {"real", value(-0.25)},
                                                {"text", value(std::string("\""))},
                                                {"nothing", value(json_text{"null"})},
                                                {"json", value(json_text{R"([1,{"a":null}])"})}};
  stat_store before;
  before.open_layer("7");
  for (const auto &[key, v] : all) before.set(key, {v, "audit", "before_ddl"});
  before.close_layer();
  const auto text = before.to_json();
  constexpr std::string_view front = R"({"run":{},"migrations":{"7":)";
  REQUIRE(text.starts_with(front));

  stat_store s;
  s.open_layer("7");
  CHECK(s.restore_layer(text.substr(front.size(), text.size() - front.size() - 2)));
  for (const auto &one : all) {
    const char *key = one.first;
    const value &v = one.second;
    CAPTURE(key);
    REQUIRE(s.find(key));
    CHECK(s.find(key)->content == v);
    CHECK(s.find(key)->written_by == "audit");
    CHECK(s.find(key)->phase == "before_ddl");
  }
  s.close_layer();
  CHECK(s.to_json() == text);

  s.open_layer("8");
  for (const char *odd : {"5", "{", R"({"k":{}})", R"({"k":{"value":1,"by":2,"phase":"x"}})"}) {
    CAPTURE(odd);
    CHECK_FALSE(s.restore_layer(odd));
    CHECK(s.find("k") == nullptr);
  }
}

TEST_CASE("keys are short text without control characters") {
  for (const auto *good : {"a", "audit/rows", "ä b", "migration/1/x"}) CHECK_MESSAGE(is_stat_key(good), good);
  CHECK(is_stat_key(std::string(255, 'k')));
  CHECK_FALSE(is_stat_key(""));
  CHECK_FALSE(is_stat_key(std::string(256, 'k')));
  for (const std::string bad : {"a\nb", "\x01", "\x7f", "\xff"}) CHECK_FALSE(is_stat_key(bad));
  CHECK_FALSE(is_stat_key(std::string_view("a\0b", 3)));
}
