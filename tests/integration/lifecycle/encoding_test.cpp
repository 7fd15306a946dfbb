// A database that is not in UTF-8: what it cannot spell keeps nothing from being recorded, and fails nothing.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

class latin_project : public project {
public:
  explicit latin_project(std::string_view actions)
      : project(with_probe(actions)), name_(database().name() + "_latin1") {
    database().sql("CREATE DATABASE " + name_ + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
  }
  finished_run up(int expected_exit) const {
    return davit_run(*this, {"up"}, expected_exit, {{"DAVIT_DATABASE_URL", server().url(name_)}});
  }
  std::string sql(std::string_view query) const {
    davit::postgres::connection c({server().url(name_), "davit-test"});
    return std::string(c.exec(query).text(0, 0));
  }

private:
  std::string name_;
};

constexpr std::string_view outcomes = "SELECT string_agg(outcome, ' ' ORDER BY started) FROM davit.run";

} // namespace

TEST_CASE("LATIN1: what handlers say, stats and names are kept, with what the database lacks spelt out") {
  const latin_project p(R"t({ phase = "post_execute", do = "report", text = "fertig: é ✓ 😀" },
                            { phase = "post_execute", do = "stat_set", key = "preis", type = "str", value = "3 €" },
                            { phase = "success", do = "report", text = "€" })t");
  p.migration("0001_日é.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_€.up.sql", "-- davit: no-transaction\nCREATE TABLE two (i int);");
  const auto run = p.up(0);
  CHECK(run.answer().integer("/done") == 2);
  CHECK(p.sql("SELECT string_agg(name, ' ' ORDER BY version) FROM davit.migration") == "<U+65E5>é <U+20AC>");
  CHECK(p.sql("SELECT message FROM davit.hook_call WHERE phase = 'post_execute' LIMIT 1") ==
        "fertig: é <U+2713> <U+1F600>");
  CHECK(p.sql("SELECT stats #>> '{migrations,0001,preis,value}' FROM davit.run") == "3 <U+20AC>");
  CHECK(p.sql(outcomes) == "applied");
}

TEST_CASE("LATIN1: a failure that the database cannot spell is recorded all the same") {
  const latin_project p(R"t({ phase = "after_ddl", do = "fail", text = "weil € fehlt" })t");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.up(1);
  CHECK(p.sql("SELECT message FROM davit.run") == "weil <U+20AC> fehlt");
  CHECK(p.sql("SELECT outcome || ' ' || message FROM davit.run_migration") == "failed weil <U+20AC> fehlt");
  CHECK(p.sql("SELECT outcome FROM davit.hook_call") == "failed");
  CHECK_FALSE(has(p.up(1).all_output(), "ended without a word"));
  CHECK(p.sql(outcomes) == "failed failed");
}

TEST_CASE("LATIN1: a refusal that names a file which the database cannot spell is recorded all the same") {
  const latin_project p("");
  p.migration("3_a.up.sql", "CREATE TABLE a (i int);");
  p.up(0);
  p.migration("2_日本.up.sql", "CREATE TABLE b (i int);");
  CHECK(has(p.up(6).answer().text("/error/message"), "2_日本 is pending"));
  CHECK_FALSE(has(p.up(6).all_output(), "ended without a word"));
  CHECK(p.sql(outcomes) == "applied failed failed");
}
