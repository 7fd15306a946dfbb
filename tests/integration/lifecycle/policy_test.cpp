// Failure policies, and the ways in which a handler can end.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

// One handler that works, leaves a stat, and then ends as `how` says, in the plugin's one phase.
std::string ending(std::string_view phase, std::string_view how, std::string_view policy = "abort") {
  const std::string in = "phase = \"" + std::string(phase) + "\", handler = \"guard\"";
  return with_probe(action(in, R"t(do = "sql", sql = "INSERT INTO t VALUES ('guard')")t") +
                        action(in, R"t(do = "stat_set", key = "guarded", value = "1")t") + action(in, how) +
                        action(R"t(phase = "post_execute")t", R"t(do = "stat_get", key = "guarded")t"),
                    "on_failure = \"" + std::string(policy) + "\"");
}

struct shop : project {
  explicit shop(const std::string &toml) : project(toml) {
    database().sql("CREATE TABLE t (who text)");
    migration("0001_one.up.sql", "INSERT INTO t VALUES ('migration');");
  }
  std::string rows() const { return database().sql("SELECT string_agg(who, ' ' ORDER BY who) FROM t"); }
};

constexpr std::string_view failing = R"t(do = "fail", text = "no")t";
constexpr std::string_view vetoing = R"t(do = "veto", text = "too many rows")t";

} // namespace

TEST_CASE("abort is the default policy") {
  const project p(with_probe(R"t({ phase = "before_ddl", do = "fail", text = "no" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  up(p, 1);
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("warn and ignore undo the handler's own work and stats, record the failure, and the run goes on") {
  for (const std::string policy : {"warn", "ignore"})
    for (const std::string phase : {"startup", "pre_execute", "before_ddl", "cleanup"}) {
      CAPTURE(policy);
      CAPTURE(phase);
      const shop p(ending(phase, failing, policy));
      const auto run = up(p, 0);
      CHECK(p.rows() == "migration");
      CHECK(run.outcomes(phase) == "failed");
      CHECK(run.messages("post_execute") == "none");
      CHECK(has(run.err(), "no"));
      CHECK(p.database().sql("SELECT outcome, message FROM davit.hook_call WHERE phase = '" + phase + "'") ==
            "failed|no");
      CHECK(ledger(p) == "0001 applied");
    }
}

TEST_CASE("a soft failure at post_execute lets the run go on to the next migration") {
  const shop p(ending("post_execute", failing, "warn"));
  p.migration("0002_two.up.sql", "INSERT INTO t VALUES ('second');");
  const auto run = up(p, 0);
  CHECK(p.rows() == "migration second");
  CHECK(has(run.outcomes("post_execute"), "failed"));
}

TEST_CASE("a soft failure with an aborted transaction leaves the migration's transaction usable") {
  const project p(
      with_probe(R"t({ phase = "after_ddl", do = "sql", sql = "SELECT 1 / 0" })t", "on_failure = \"warn\""));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).outcomes("after_ddl") == "failed");
  CHECK(exists(p, "one"));
}

TEST_CASE("a veto is a refusal: exit 7, the migration is rolled back, and no policy softens it") {
  for (const std::string policy : {"abort", "warn", "ignore"})
    for (const std::string phase : {"pre_execute", "before_validation", "before_ddl", "after_ddl", "after_validation",
                                    "cleanup", "startup", "pre_validate", "validated"}) {
      if (policy != "abort" && phase != "startup" && phase != "after_ddl") continue; // a sample is enough
      CAPTURE(policy);
      CAPTURE(phase);
      const shop p(ending(phase, vetoing, policy));
      const auto run = up(p, 7);
      CHECK(run.answer().text("/outcome") == "vetoed");
      CHECK(run.answer().text("/error/code") == "hook_veto");
      CHECK(run.answer().text("/error/message") == "too many rows");
      CHECK(run.outcomes(phase) == "veto");
      CHECK(p.rows() == "");
    }
}

TEST_CASE("on_error and failure see a veto as one") {
  const project p(with_probe(R"t({ phase = "before_ddl", do = "veto", text = "too many rows" },
                                { phase = "on_error", do = "describe", text = "error" },
                                { phase = "failure", do = "describe", text = "error" })t"));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  const auto run = up(p, 7);
  CHECK(run.messages("on_error").starts_with("status=VETO "));
  CHECK(run.messages("failure").starts_with("status=VETO "));
}

TEST_CASE("a veto after COMMIT comes too late and counts as a failure, which policies may soften") {
  const shop aborts(ending("post_execute", vetoing));
  const auto run = up(aborts, 1);
  CHECK(run.answer().text("/error/code") == "hook_failed");
  CHECK(run.outcomes("post_execute") == "failed ok");
  CHECK(aborts.rows() == "migration");
  CHECK(ledger(aborts) == "0001 applied");

  const shop warns(ending("post_execute", vetoing, "warn"));
  up(warns, 0);
}

TEST_CASE("a veto in on_error, success or failure is logged only") {
  const shop good(ending("success", vetoing));
  CHECK(up(good, 0).outcomes("success") == "failed");
  for (const std::string phase : {"on_error", "failure"}) {
    CAPTURE(phase);
    const shop bad(ending(phase, vetoing));
    bad.migration("0001_one.up.sql", "SELECT 1 / 0;");
    CHECK(up(bad, 1).outcomes(phase) == "failed");
  }
}

TEST_CASE("an unknown status, and HANDLED where it is not on offer, count as failures") {
  for (const std::string status : {"2", "42", "-99", "-2147483648"}) {
    CAPTURE(status);
    const shop p(ending("before_ddl", "do = \"status\", value = \"" + status + "\""));
    const auto run = up(p, 1);
    CHECK(run.outcomes("before_ddl") == "failed");
    CHECK(has(run.messages("before_ddl"), status));
    CHECK(p.rows() == "");
  }
}

TEST_CASE("exceptions are failures, caught by the C++ wrapper and, past it, by davit") {
  const std::pair<std::string, std::string> throws[] = {
      {R"t(do = "throw", text = "out of luck")t", "out of luck"},
      {R"t(do = "throw", text = "out of luck", raw = true)t", "it threw: out of luck"},
      {R"t(do = "throw_int")t", "the handler threw something that is not a std::exception"},
      {R"t(do = "throw_int", raw = true)t", "it threw something that is not a std::exception"}};
  for (const auto &row : throws) {
    const std::string &how = row.first;
    CAPTURE(how);
    const shop p(ending("before_ddl", how));
    const auto run = up(p, 1);
    CHECK(run.messages("before_ddl") == row.second);
    CHECK(has(run.answer().dump("/error"), "let the handler throw what is derived from std::exception") ==
          has(how, "throw_int"));
    CHECK(p.rows() == "");
  }
  const shop soft(ending("before_ddl", throws[3].first, "warn"));
  up(soft, 0);
  CHECK(soft.rows() == "migration");
}
