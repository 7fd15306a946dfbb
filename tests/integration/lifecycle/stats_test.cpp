// The stat store: its layers, types and limits, and what undoes a write.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string set(std::string_view where, std::string_view key, std::string_view value) {
  return action(where, "do = \"stat_set\", key = \"" + std::string(key) + "\", value = \"" + std::string(value) + "\"");
}
std::string get(std::string_view where, std::string_view key) {
  return action(where, "do = \"stat_get\", key = \"" + std::string(key) + "\"");
}

} // namespace

TEST_CASE("a migration reads through to the run's stats, writes into a layer of its own, and starts without the last") {
  const project p(with_probe(set(R"t(phase = "validated")t", "k", "1") + get(R"t(phase = "pre_execute")t", "k") +
                             get(R"t(phase = "pre_execute")t", "own") +
                             set(R"t(phase = "pre_execute", migration = "0001")t", "k", "2") +
                             set(R"t(phase = "after_ddl")t", "own", "3") + get(R"t(phase = "post_execute")t", "k") +
                             get(R"t(phase = "post_execute")t", "own") + get(R"t(phase = "post_complete")t", "k") +
                             get(R"t(phase = "post_complete")t", "own")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const auto run = up(p, 0);
  CHECK(run.messages("pre_execute") == "1; none | 1; none");
  CHECK(run.messages("post_execute") == "2; 3 | 1; 3");
  CHECK(run.messages("post_complete") == "1; none");
}

TEST_CASE("later phases of the run read a migration's stats as migration/VERSION/KEY, after a failed one too") {
  const project p(with_probe(
      set(R"t(phase = "after_ddl")t", "rows", "7") + set(R"t(phase = "on_error")t", "seen", "8") +
      get(R"t(phase = "pre_execute", migration = "0002")t", "migration/0001/rows") +
      get(R"t(phase = "failure")t", "migration/0001/rows") + get(R"t(phase = "failure")t", "migration/0002/seen")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "SELECT 1 / 0;");
  const auto run = up(p, 1);
  CHECK(run.messages("pre_execute") == " | 7");
  CHECK(run.messages("failure") == "7; 8");
}

TEST_CASE("stats are shared by all plugins, and each entry remembers who wrote it where") {
  const project p(std::string(head) + probe(set(R"t(phase = "before_ddl")t", "k", "1"), "", "first") +
                  probe(R"t({ phase = "after_ddl", do = "stat_add", key = "k", value = "2" },
                            { phase = "success", do = "stat_set", key = "last", value = "1" })t",
                        "", "second"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  CHECK(run.messages("after_ddl") == "3");
  CHECK(run.answer().dump("/stats/migrations/0001/k") == R"({"by":"second","phase":"after_ddl","value":3})");
  CHECK(run.answer().text("/stats/run/last/phase") == "success");
  CHECK(p.database().sql("SELECT stats #>> '{migrations,0001,k,by}' FROM davit.run") == "second");
  const auto history = davit_run(p, {"history", run.answer().text("/run")}, 0);
  CHECK(history.answer().integer("/run/stats/migrations/0001/k/value") == 3);
}

TEST_CASE("stats are typed: what was written comes back as it was") {
  const std::string at = R"t(phase = "before_ddl", do = "stat_set", key = )t";
  const project p(with_probe(action(at + "\"b\"", R"t(type = "bool", value = "true")t") +
                             action(at + "\"i\"", R"t(type = "i64", value = "-9223372036854775808")t") +
                             action(at + "\"f\"", R"t(type = "f64", value = "0.25")t") +
                             action(at + "\"s\"", R"t(type = "str", value = "h\u00e9 \"quoted\"")t") +
                             action(at + "\"j\"", R"t(type = "json", value = '{"a": [1, null]}')t") +
                             R"t({ phase = "after_ddl", do = "info", key = "stats" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const json seen(run.messages("after_ddl"));
  CHECK(seen.boolean("/b"));
  CHECK(seen.integer("/i") == std::numeric_limits<std::int64_t>::min());
  CHECK(seen.number("/f") == 0.25);
  CHECK(seen.text("/s") == "h\u00e9 \"quoted\"");
  CHECK(seen.dump("/j") == R"({"a":[1,null]})");
  CHECK(stat(run, "migrations/0001/j") == R"({"a":[1,null]})");
}

TEST_CASE("writing NONE removes an entry, also the run's own as far as this migration is concerned") {
  const std::string none = R"t(do = "stat_set", type = "none", key = "k")t";
  const project p(with_probe(set(R"t(phase = "validated")t", "k", "1") +
                             action(R"t(phase = "before_ddl", migration = "0001")t", none) +
                             get(R"t(phase = "after_ddl")t", "k") + action(R"t(phase = "post_complete")t", none) +
                             get(R"t(phase = "post_complete")t", "k")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  const auto run = up(p, 0);
  CHECK(run.messages("after_ddl") == "none | 1");
  CHECK(run.messages("post_complete") == "none");
  CHECK(stat(run, "run/k") == "");
}

TEST_CASE("stat_add starts from the visible value or zero, mixes whole and real numbers, and refuses the rest") {
  const std::string add = R"t(phase = "before_ddl", do = "stat_add", catch = true, key = )t";
  const project p(with_probe(
      set(R"t(phase = "validated")t", "k", "40") + action(add + "\"k\"", R"t(value = "2")t") +
      action(add + "\"new\"", R"t(value = "5")t") + action(add + "\"k\"", R"t(value = "0.5", type = "f64")t") +
      action(R"t(phase = "before_ddl", do = "stat_set", key = "s")t", R"t(type = "str", value = "x")t") +
      action(add + "\"s\"", R"t(value = "1")t") + action(add + "\"k\"", R"t(value = "x", type = "str")t") +
      set(R"t(phase = "before_ddl")t", "max", "9223372036854775807") + action(add + "\"max\"", R"t(value = "1")t") +
      get(R"t(phase = "post_complete")t", "k")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const auto said = run.messages("before_ddl");
  CHECK(said.starts_with("42; 5; 42.5; TYPE: "));
  CHECK(count(said, "TYPE: ") == 2);
  CHECK(has(said, "INVALID: stat 'max' would leave the range"));
  CHECK(run.messages("post_complete") == "40"); // the layer's sum is the migration's
}

TEST_CASE("keys and values have limits: 1 to 255 bytes without control characters, 1 MiB of text, finite numbers") {
  const std::string at = R"t(phase = "before_ddl", catch = true)t";
  const std::string set_key = R"t(do = "stat_set", value = "1", key = )t";
  const std::string large = R"t(do = "stat_large", text = "x", key = "large", rows = )t";
  const project p(with_probe(action(at, set_key + "\"" + std::string(255, 'k') + "\"") +
                             action(at, set_key + "\"" + std::string(256, 'k') + "\"") + action(at, set_key + "\"\"") +
                             action(at, set_key + R"t("a\tb")t") + action(at, large + "1048576") +
                             action(at, large + "1048577") +
                             action(at, R"t(do = "stat_set", key = "inf", type = "f64", value = "inf")t") +
                             action(at, R"t(do = "stat_set", key = "bad", type = "json", value = "{")t")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 0);
  const auto said = run.messages("before_ddl");
  CHECK(count(said, "INVALID: ") == 6);
  CHECK(has(said, "; 1048576; INVALID"));
  CHECK(run.answer().size("/stats/migrations/0001") == 2);
}

TEST_CASE("a write is undone with its handler, and another handler's stays") {
  const project p(with_probe(set(R"t(phase = "before_ddl", handler = "good")t", "k", "1") +
                                 set(R"t(phase = "before_ddl", handler = "bad")t", "k", "2") +
                                 set(R"t(phase = "before_ddl", handler = "bad")t", "new", "2") +
                                 R"t({ phase = "before_ddl", handler = "bad", do = "fail", text = "no" },)t" +
                                 get(R"t(phase = "after_ddl")t", "k") + get(R"t(phase = "after_ddl")t", "new"),
                             "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).messages("after_ddl") == "1; none");
}

TEST_CASE("undo takes back SQL, not stats") {
  const project p(with_probe(set(R"t(phase = "before_ddl")t", "k", "1") +
                             R"t({ phase = "before_ddl", do = "sql", sql = "SELECT 1" },
                                 { phase = "before_ddl", do = "undo" },)t" +
                             get(R"t(phase = "after_ddl")t", "k")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).messages("after_ddl") == "1");
}

TEST_CASE("what was written inside a migration that is rolled back is gone; what was written before it began stays") {
  const project p(with_probe(set(R"t(phase = "pre_execute")t", "before", "1") +
                             set(R"t(phase = "after_ddl")t", "inside", "2") + get(R"t(phase = "on_error")t", "before") +
                             get(R"t(phase = "on_error")t", "inside") +
                             R"t({ phase = "cleanup", do = "fail", text = "no" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 1).messages("on_error") == "1; none");
}
