// What plugins print, and texts that are none.
#include "hostile_run.hpp"

#include <doctest/doctest.h>

using namespace davit::test;

namespace {

std::string act(std::string_view what, std::string_view at = "before_ddl") {
  return "act = \"" + std::string(what) + "\"\nat = \"" + std::string(at) + "\"";
}

[[maybe_unused]] std::string impatient(std::string_view config) {
  return std::string(head) + "[run]\ngrace = \"100ms\"\n" + hostile(config, "deadline = \"100ms\"");
}

} // namespace

TEST_CASE("what plugins and their children print goes to standard error: the JSON stays one document") {
  const hostile_project p(with_hostile("init = \"garbage\"\ndestroy = \"garbage\"\n" + act("garbage")));
  const auto run = up(p, 0);
  for (const auto *by : {"printf", "cout", "write", "a child"}) {
    CAPTURE(by);
    CHECK(count(run.err(), "garbage by " + std::string(by)) == 3);
  }
  const auto plan = davit_run(p, {"plan"}, 0);
  CHECK(has(plan.err(), "garbage by printf"));
  const auto list = davit_run(p, {"plugin", "list"}, 0);
  CHECK(has(list.err(), "garbage by a child"));
}

TEST_CASE("what a plugin leaves in its buffers comes out on standard error when davit ends") {
  const hostile_project p(with_hostile(act("late_garbage")));
  CHECK(has(up(p, 0).err(), "{ late garbage"));
}

TEST_CASE("a log line that is too long, not text, or nowhere is replaced or cut, and control characters are shown") {
  const hostile_project p(with_hostile(act("log")));
  const auto run = up(p, 0);
  CHECK(count(run.err(), "(a line that is not UTF-8 text)") ==
        2); // an unknown level is the nearest, and debug lines are not shown
  CHECK(has(run.err(), "villain error: begin xxx"));
  CHECK(has(run.err(), "… (cut: it had 8388618 bytes)"));
  CHECK(run.err().size() < 1'000'000);
  CHECK(has(run.err(), "\\x1b[2Jcleared"));
  CHECK_FALSE(has(run.err(), "\x1b"));
}

TEST_CASE("a reason that is too long, not text, or nowhere still fails the handler, readably") {
  struct row {
    const char *act;
    const char *words;
  };
  for (const auto &[what, words] : {row{"fail_not_utf8", "(a reason that is not UTF-8 text)"},
                                    row{"fail_with_nul", "(a reason that is not UTF-8 text)"},
                                    row{"fail_nowhere", "without a reason"}, row{"fail_huge", "… (cut: it had "}}) {
    const std::string row_is(what);
    CAPTURE(row_is);
    const hostile_project p(with_hostile(act(what)));
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/plugin") == "villain");
    CHECK(has(run.answer().text("/error/message"), words));
    CHECK(run.all_output().size() < 1'000'000);
    check_nothing_happened(p);
  }
}

TEST_CASE("reports, keys and statements that are no text are refused to the handler") {
  for (const std::string what : {"report", "stat_keys", "statements", "extensions", "huge_result"}) {
    CAPTURE(what);
    const hostile_project p(with_hostile(act(what)));
    const auto run = up(p, 0);
    CHECK(run.all_output().size() < 1'000'000);
    CHECK(run.outcomes("before_ddl") == "ok");
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("a call that leaves no place for the answer, or is handed what is not davit's, is refused and says why") {
  struct row {
    const char *act;
    std::string said;
  };
  const std::string released = "-2 release: not a result of this handler, or released already";
  const std::string value = "-2 the value of stat 'key' has an unknown type, is not finite, is not text or JSON, or is "
                            "larger than 1 MiB";
  const std::string count = "-2 too many parameters, or none where some were promised";
  for (const auto &[what, said] :
       {row{"no_place", "-2 info: no place for the value; -2 stat_get: no place for the value; " + value + "; " +
                            value + "; -2 what is added to stat 'key' has an unknown type or is not finite"},
        row{"parameters", count + "; " + count +
                              "; -2 parameter $1 has an unknown type or is not finite; -2 there is no connection "
                              "number 4711"},
        row{"released_twice", "0; 0; " + released + "; " + released},
        row{"streams", "-2 open: no place for the stream; 0; -2 columns: no place for the answer; -2 next: no place "
                       "for the row; -4 rows of an earlier statement are still being read on this connection; 0; "
                       "-6 this stream was closed already, by undo or by close; -6 not an open stream of this "
                       "handler"}}) {
    const std::string row_is(what);
    CAPTURE(row_is);
    const hostile_project p(with_hostile(act(what)));
    const auto run = up(p, 0);
    CHECK(run.messages("before_ddl") == said);
    CHECK(ledger(p) == "0001 applied");
  }
}

TEST_CASE("a result that the server cannot send is an error of the statement's, and the migration is rolled back") {
  const hostile_project p(with_hostile(act("too_huge_result")));
  const auto run = up(p, 1);
  CHECK(run.answer().text("/error/sqlstate") == "54000");
  CHECK(run.answer().text("/error/plugin") == "villain");
  check_nothing_happened(p);
}

TEST_CASE("a status that no handler may return is a failure that says which") {
  for (const std::string status : {"2", "3", "4711", "-4711", "-2147483648", "2147483647"}) {
    CAPTURE(status);
    const hostile_project p(with_hostile(act("status") + "\nmore = \"" + status + "\""));
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/message") == "it returned status " + status + " without a reason");
    CHECK(has(run.answer().text("/error/hint"), status == "2"
                                                    ? "return DAVIT_OK or an error there"
                                                    : "plugin.h lists the statuses that a handler may return"));
    CHECK(run.answer().text("/error/handler") == "strike");
    check_nothing_happened(p);
  }
}

// For the sake of reports davit ends by exit() there, where the streams' locks are waited for.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(DAVIT_COVERAGE)
TEST_CASE("a plugin that keeps stdio's lock of standard error neither silences davit nor keeps it from leaving") {
  {
    const hostile_project p(impatient(act("lock_stderr_and_hang")));
    CHECK(has(up(p, 124).err(), "plugin 'villain', handler 'strike' at before_ddl does not return"));
    check_nothing_happened(p);
  }
  {
    const hostile_project p(impatient("init = \"lock_stderr_and_hang\""));
    const auto result = p.davit({"up"});
    CHECK(result.exit_code == 124);
    CHECK(has(result.err, "villain error: its init does not return"));
  }
  const hostile_project p(with_hostile(act("lock_stderr")) +
                          probe(R"t({ phase = "success", do = "log", text = "said afterwards" })t"));
  CHECK(has(up(p, 0).err(), "said afterwards"));
}
#endif

TEST_CASE("a plugin that closes or buffers stdio's stream of standard error does not silence davit") {
  for (const std::string what : {"close_stderr", "buffer_stderr"}) {
    CAPTURE(what);
    const hostile_project p(std::string(head) + "[run]\ngrace = \"100ms\"\n" + hostile(act(what)) +
                            probe(R"t({ phase = "after_ddl", do = "hang" })t", "deadline = \"100ms\""));
    const auto run = up(p, 124);
    CHECK(has(run.err(), "plugin 'probe', handler 'after_ddl' at after_ddl does not return"));
    CHECK(has(run.err(), "error: hook probe.after_ddl at after_ddl failed"));
    check_nothing_happened(p);
  }
}
