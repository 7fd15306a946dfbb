// Which phases fire, and in which order their handlers are called.
#include "probe_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

const std::string everywhere = at_every_phase("do = \"report\"");

} // namespace

TEST_CASE("up fires the phases of the run around those of each migration") {
  const project p(with_probe(everywhere));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_two.up.sql", "CREATE TABLE two (i int);");
  p.migration("0002_two.verify.sql", "SELECT count(*) = 0 FROM two;");
  const std::string migration =
      "pre_execute before_validation before_ddl after_ddl after_validation cleanup post_execute ";
  CHECK(up(p, 0).phases() == "startup pre_validate validated " + migration + migration + "post_complete success");
}

TEST_CASE("down fires the same phases around the down SQL, with pre_rollback and post_rollback") {
  const project p(with_probe(everywhere));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.down.sql", "DROP TABLE one;");
  up(p, 0);
  CHECK(down(p, 0).phases() == "startup pre_validate validated pre_rollback before_validation before_ddl after_ddl "
                               "after_validation cleanup post_rollback post_complete success");
  CHECK(ledger(p) == "0001 reverted");
}

TEST_CASE("with nothing pending startup, pre_validate, validated and success fire, and post_complete does not") {
  const project p(with_probe(at_every_phase("do = \"info\", key = \"run.pending\"")));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).messages("validated") == "1");
  const auto run = up(p, 0);
  CHECK(run.phases() == "startup pre_validate validated success");
  CHECK(run.messages("pre_validate") == "none");
  CHECK(run.messages("validated") == "0");
  CHECK(run.answer().text("/outcome") == "nothing_to_do");
}

TEST_CASE("the verify file stands between after_ddl and after_validation") {
  const project p(with_probe(everywhere));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0001_one.verify.sql", "SELECT count(*) = 1 FROM one;");
  const auto run = up(p, 1);
  CHECK(run.phases() == "startup pre_validate validated pre_execute before_validation before_ddl after_ddl on_error "
                        "failure");
  CHECK(run.answer().text("/error/code") == "verify_failed");
  CHECK_FALSE(exists(p, "one"));
}

TEST_CASE("handlers of one phase run by priority, then by the plugin's place, then self-bound before davit.toml's") {
  const std::string toml = std::string(head) +
                           probe(R"t({ handler = "offered", do = "report" },
               { phase = "before_ddl", handler = "late", priority = 5, do = "report" },
               { phase = "before_ddl", handler = "self", do = "report" },
               { phase = "before_ddl", handler = "self2", do = "report" })t",
                                 "", "first") +
                           probe(R"t({ phase = "before_ddl", handler = "self", do = "report" },
               { phase = "before_ddl", handler = "early", priority = -5, do = "report" })t",
                                 "", "second") +
                           R"t([[hooks.before_ddl]]
plugin = "second"
handler = "early"
id = "a second binding of a handler that is bound already overrides it"
[[hooks.before_ddl]]
plugin = "first"
handler = "offered"
[[hooks.before_ddl]]
plugin = "first"
handler = "offered"
priority = -9
)t";
  const project p(toml);
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  CHECK(up(p, 0).calls() == "first.offered second.early first.self first.self2 first.offered second.self first.late");
}

TEST_CASE("a run that fails fires failure instead of success, once, and nothing after the failure") {
  const project p(with_probe(everywhere));
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
  p.migration("0002_bad.up.sql", "SELECT 1 / 0;");
  p.migration("0003_never.up.sql", "CREATE TABLE never (i int);");
  const auto run = up(p, 1);
  const std::string inside = "pre_execute before_validation before_ddl ";
  CHECK(run.phases() == "startup pre_validate validated " + inside +
                            "after_ddl after_validation cleanup post_execute " + inside + "on_error failure");
  CHECK(ledger(p) == "0001 applied");
  CHECK_FALSE(exists(p, "never"));
}
