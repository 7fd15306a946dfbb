// Plugins that take the process with them: it is said whose doing it was, and nothing is half done.
#include "hostile_run.hpp"

#include "support/temp_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace davit::test;

namespace {

std::string act(std::string_view what, std::string_view at = "before_ddl") {
  return with_hostile("act = \"" + std::string(what) + "\"\nat = \"" + std::string(at) + "\"");
}

outcome struck(const project &p) { return p.davit({"up"}); }

constexpr std::string_view striker = "plugin 'villain', handler 'strike' at before_ddl";

} // namespace

// Sanitizers have reports and exit codes of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

TEST_CASE("a handler that crashes is named, the process dies of its signal, and the server rolls back") {
  struct row {
    const char *what;
    int signal;
  };
  for (const auto &[what, signal] :
       {row{"segv", SIGSEGV}, row{"fpe", SIGFPE}, row{"overflow", SIGSEGV}, row{"abort", SIGABRT},
        row{"terminate", SIGABRT}, row{"noexcept", SIGABRT}, row{"throw_deadly", SIGABRT}}) {
    const std::string row_is(what);
    CAPTURE(row_is);
    const hostile_project p(act(what));
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.signal == signal);
    CHECK(has(result.err,
              "davit: crashed in " + std::string(striker) + "; the server rolls back what was not committed"));
    CHECK(has(result.err, "\ndavit: what to do: mend the plugin, or take it out of davit.toml\n"));
    check_nothing_happened(p);
  }
}

TEST_CASE("a handler is named, too, when its process ends by a signal of its own that is no crash") {
  struct row {
    const char *act;
    int signal;
    const char *name;
  };
  for (const auto &[what, signal, name] :
       {row{"timer", SIGALRM, "SIGALRM"}, row{"raise", SIGUSR1, "SIGUSR1"}, row{"raise", SIGQUIT, "SIGQUIT"},
        row{"raise", SIGRTMAX, "a real-time signal"}}) {
    const std::string row_is(name);
    CAPTURE(row_is);
    const hostile_project p(with_hostile("act = \"" + std::string(what) + "\"\nat = \"before_ddl\"\nmore = \"" +
                                         std::to_string(signal) + "\""));
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.signal == signal);
    CHECK(has(result.err, "davit: ended by " + std::string(name) + ", which this process has sent itself, in "));
    CHECK(has(result.err, striker));
    check_nothing_happened(p);
  }
}

TEST_CASE("a plugin's handler for a signal of its own, in which a thread gets lost, does not take the deadline away") {
  const hostile_project p(with_hostile("act = \"hang_in_signal_handler\"\nat = \"startup\"", "deadline = \"200ms\"") +
                          "\n[run]\ngrace = \"200ms\"\n");
  p.migration("0002_two.up.sql", "SELECT pg_sleep(61);");
  CHECK(p.davit({"up", "--deadline", "1s"}).exit_code == 124);
  wait_until_davit_is_gone(p);
}

TEST_CASE("a signal that somebody sends from outside is not put down to the handler that runs") {
  const hostile_project p(with_probe(R"t({ phase = "before_ddl", do = "log", text = "hanging now" },
                                        { phase = "before_ddl", do = "hang" })t"));
  running_program davit(p.command({"up"}));
  davit.wait_for_output("hanging now");
  davit.send(SIGUSR1);
  const auto result = davit.wait();
  CHECK(result.signal == SIGUSR1);
  CHECK_FALSE(has(result.err, "probe', handler"));
  check_nothing_happened(p);
}

TEST_CASE("a plugin's own thread that crashes is not blamed on the handler that runs") {
  for (const std::string what : {"thread_abort", "thread_throw"}) {
    CAPTURE(what);
    const hostile_project p(act(what));
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.signal == SIGABRT);
    CHECK(has(result.err, "davit: crashed in a thread outside of any call of a plugin (" + std::string(striker) +
                              " was running); plugins in this process: libhostile.so; the server rolls back"));
    CHECK(has(result.err, "davit: what to do: take the plugins out of davit.toml one at a time"));
    check_nothing_happened(p);
  }
}

TEST_CASE("who left the environment where davit cannot read it is named") {
  const hostile_project p(act("lose_environment"));
  const auto result = struck(p);
  CAPTURE(result.err);
  CHECK(has(result.err, "davit: crashed in plugin 'villain' at before_ddl"));
  check_nothing_happened(p);
}

TEST_CASE("a crash while a plugin is loaded, in its descriptor or its init, is named") {
  struct row {
    std::string toml;
    const char *who;
  };
  for (const auto &[toml, who] :
       {row{with_hostile("init = \"crash\""), "plugin 'villain', init"},
        row{with_hostile("init = \"overflow\""), "plugin 'villain', init"},
        row{with_hostile("init = \"throw_deadly\""), "plugin 'villain', init"},
        row{with_library(test_plugin("broken_entry_crashes")), "plugin 'villain', the entry function of "},
        row{with_library(test_plugin("broken_resolver_crashes")), "plugin 'villain', the entry symbol's resolver in "},
        row{with_library(test_plugin("broken_static_throws")), "plugin 'villain', the initialisers of "},
        row{with_library(test_plugin("broken_wild_keys")), "plugin 'villain', the descriptor of "}}) {
    const std::string row_is(who);
    CAPTURE(row_is);
    const hostile_project p(toml);
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.signal != 0);
    CHECK(has(result.err, "davit: crashed in " + std::string(who)));
    CHECK(has(result.err,
              "; davit had not connected to the database, nothing is changed there\ndavit: what to do: mend"));
    CHECK_FALSE(has(result.err, "rolls back"));
    check_nothing_happened(p);
  }
}

TEST_CASE("a crash in destroy is named, and davit ends with the exit code of what it has answered") {
  for (const std::string what : {"segv", "abort", "throw_deadly"}) {
    CAPTURE(what);
    const hostile_project p(with_hostile("destroy = \"" + what + "\""));
    const auto run = up(p, 0);
    CHECK(has(run.err(), "davit: crashed in plugin 'villain', destroy; what davit has answered stands"));
    CHECK(ledger(p) == "0001 applied");
  }
}

#endif

TEST_CASE("exit() in a handler is no success: the handler is named, the exit code is 1, nothing is applied") {
  for (const std::string what : {"exit", "quick_exit"}) {
    CAPTURE(what);
    const hostile_project p(act(what));
    const auto run = up(p, 1);
    CAPTURE(run.err());
    CHECK(has(run.err(), "davit: exit() was called in " + std::string(striker)));
    CHECK(run.answer().text("/error/code") == "hook_failed");
    CHECK(run.answer().text("/error/message") == "exit() was called in " + std::string(striker));
    CHECK(has(run.err(), "davit: what to do: mend the plugin, or take it out of davit.toml\n"));
    CHECK(has(run.answer().text("/error/state"), "the server rolls back"));
    check_nothing_happened(p);
  }
}

TEST_CASE("pthread_exit() in a handler or in init, which nobody would outlive in there, is named likewise") {
  struct row {
    std::string toml;
    std::string who;
  };
  for (const auto &[toml, who] :
       {row{act("pthread_exit"), std::string(striker)},
        row{act("pthread_exit", "on_error"), "plugin 'villain', handler 'strike' at on_error"},
        row{with_hostile("init = \"pthread_exit\""), "plugin 'villain', init"}}) {
    const std::string row_is(who);
    CAPTURE(row_is);
    const hostile_project p(toml);
    const bool fails = has(who, "on_error"); // davit has that failure in hand when it tells of it
    if (fails) p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT 1/0;");
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "davit: pthread_exit() was called in " + who));
    if (fails) p.migration("0001_one.up.sql", "CREATE TABLE one (i int);");
    check_nothing_happened(p);
  }
}

TEST_CASE("a thread that a plugin wants to have cancelled is davit's, and goes on") {
  for (const auto &toml : {act("cancel"), act("cancel", "startup"), with_hostile("init = \"cancel\"")}) {
    CAPTURE(toml);
    const hostile_project p(toml);
    CHECK(up(p, 0).answer().text("/outcome") == "applied");
  }
}

namespace {

// The villain is given up, and does `what` while the witness is told of the run's failure.
std::string late(const std::string &what, const temp_folder &scratch) {
  const std::string folder = scratch.path().string();
  std::string witness = hostile("at = \"failure\"\nact = \"call_back\"\nmore = \"" + folder + "\"");
  witness.replace(witness.find("villain"), 7, "witness");
  return with_hostile("at = \"before_ddl\"\nact = \"come_back\"\nmore = \"" + what + " " + folder + "\"",
                      "deadline = \"100ms\"") +
         witness + "\n[run]\ngrace = \"2s\"\n";
}

} // namespace

TEST_CASE("exit() and pthread_exit() in a handler that was given up stop its thread, and the run comes to its end") {
  for (const std::string what : {"exit", "quick_exit", "pthread_exit"}) {
    CAPTURE(what);
    const temp_folder scratch;
    const hostile_project p(late(what, scratch));
    const auto run = up(p, 124);
    CHECK(has(run.err(), "davit: " + std::string(what == "pthread_exit" ? what : "exit") + "() was called in " +
                             std::string(striker) + ", which was given up before; its thread stops here"));
    CHECK(run.outcomes("failure") == "ok");
    CHECK(p.database().sql("SELECT outcome FROM davit.run") == "abandoned");
    check_nothing_happened(p);
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a handler that was given up, and crashes while another one runs, is named, and not the other one") {
  const temp_folder scratch;
  const hostile_project p(late("segv", scratch));
  const auto result = struck(p);
  CAPTURE(result.err);
  CHECK(result.signal == SIGSEGV);
  CHECK(has(result.err, "davit: crashed in " + std::string(striker) + ", which was given up before; the server"));
  CHECK_FALSE(has(result.err, "plugin 'witness', handler"));
  check_nothing_happened(p);
}
#endif

TEST_CASE("exit() elsewhere is named as well: in a thread of the plugin's, in init, in a static object") {
  struct row {
    std::string toml;
    const char *who;
  };
  for (const auto &[toml, who] :
       {row{act("thread_exit"), "a thread outside of any call of a plugin (plugin 'villain', handler 'strike'"},
        row{with_hostile("init = \"exit\""), "plugin 'villain', init"},
        row{with_library(test_plugin("broken_static_exits")), "plugin 'villain', the initialisers of "}}) {
    const std::string row_is(who);
    CAPTURE(row_is);
    const hostile_project p(toml);
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "davit: exit() was called in " + std::string(who)));
    check_nothing_happened(p);
  }
}

TEST_CASE("exit() in destroy is named, and davit ends with the exit code of what it has answered") {
  const hostile_project p(with_hostile("destroy = \"exit\""));
  const auto run = up(p, 0);
  CHECK(has(run.err(), "davit: exit() was called in plugin 'villain', destroy; what davit has answered stands"));
  CHECK(ledger(p) == "0001 applied");
}

TEST_CASE("what fails before there is a run is told before destroy, which does not change the exit code either") {
  const std::string hung = with_hostile("destroy = \"exit\"");
  struct row {
    std::string toml;
    std::vector<std::string> command;
    int exit_code;
    const char *code;
  };
  for (const row &r :
       {row{hung + "\n[[hooks.startup]]\nplugin = \"villain\"\nhandler = \"nope\"\n", {"up"}, 3, "config_unknown"},
        row{hung + "\n[[plugins]]\nname = \"second\"\npath = \"/nowhere/second.so\"\n",
            {"plugin", "list"},
            4,
            "plugin_file"},
        row{hung, {"plan"}, 5, "connect"}}) {
    CAPTURE(r.code);
    const hostile_project p(r.toml);
    auto command = r.command;
    command.emplace_back("--json");
    const environment no_database =
        r.exit_code == 5 ? environment{{"DAVIT_DATABASE_URL", "postgresql:///x?host=/nowhere"}} : environment{};
    const finished_run run(p.davit(command, no_database));
    CHECK(run.exit_code() == r.exit_code);
    CHECK(run.answer().text("/error/code") == r.code);
    CHECK(has(run.err(), "davit: exit() was called in plugin 'villain', destroy; what davit has answered stands"));
  }
}

TEST_CASE("a plugin that leaves no threads to be had is no bug of davit's: what is missing is said") {
  const std::string villain = with_hostile("init = \"no_more_threads\"");
  std::string second = hostile("");
  second.replace(second.find("villain"), 7, "second");
  for (const auto &toml : {villain, villain + second}) {
    CAPTURE(toml);
    const hostile_project p(toml);
    const auto run = up(p, 1);
    CHECK(run.answer().text("/error/code") == "process_limit");
    CHECK(has(run.answer().text("/error/message"), "no thread or process can be had for "));
    CHECK(has(run.answer().text("/error/hint"), "ulimit -u"));
    check_nothing_happened(p);
  }
}

TEST_CASE("doctor, too, tells what it has found before destroy, whatever plugin is to blame for it") {
  struct row {
    std::string toml;
    int exit_code;
    const char *found;
  };
  for (const std::string how : {"exit", "pthread_exit", "hang"}) {
    const std::string nasty = with_hostile("destroy = \"" + how + "\"", "deadline = \"100ms\"");
    for (const row &r :
         {row{nasty + "\n[[hooks.startup]]\nplugin = \"villain\"\nhandler = \"nope\"\n", 3, "has no handler 'nope'"},
          row{nasty + "\n[[plugins]]\nname = \"second\"\npath = \"/nowhere/second.so\"\n", 4, "/nowhere/second.so"}}) {
      CAPTURE(how);
      CAPTURE(r.found);
      const hostile_project p(r.toml + "\n[run]\ngrace = \"100ms\"\n");
      const auto run = davit_run(p, {"doctor"}, r.exit_code);
      CHECK(run.answer().integer("/exit_code") == r.exit_code);
      CHECK(has(run.answer().dump("/checks"), r.found));
      CHECK(has(run.answer().dump("/checks"), "villain: org.davit.test.hostile"));
      CHECK(has(run.answer().dump("/checks"), "\"name\":\"ledger\""));
    }
  }
}

// Of their own accord they take no signal: the crash reporter does, which is not there under sanitizers.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a signal that comes in destroy, when all is answered, does not change the exit code of any command") {
  struct row {
    std::vector<std::string> command;
    const char *answer;
  };
  for (const row &r : {row{{"plan"}, "1 migration to apply"}, row{{"doctor"}, "0 wrong"},
                       row{{"plugin", "list"}, "org.davit.test.hostile"}, row{{"up"}, "1 of 1 migration applied"}})
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      CAPTURE(r.answer);
      CAPTURE(signal);
      const hostile_project p(with_hostile("destroy = \"log_and_hang\"", "deadline = \"60s\""));
      running_program davit(p.command(r.command));
      davit.wait_for_output(r.answer);
      davit.wait_for_output("destroy begins");
      davit.send(signal);
      const auto result = davit.wait();
      CAPTURE(result.err);
      CHECK(result.signal == 0);
      CHECK(result.exit_code == 0);
      CHECK(has(result.err, "davit leaves now, with the exit code of what it has answered: 0"));
    }
}
#endif

TEST_CASE("a signal that comes before the answer ends the commands outside of a run at once") {
  const hostile_project p(with_hostile("init = \"log_and_hang\""));
  running_program davit(p.command({"plan"}));
  davit.wait_for_output("init begins");
  davit.send(SIGTERM);
  CHECK(davit.wait().exit_code == 143);
}

TEST_CASE("the private server's folder goes with davit where a plugin ends it") {
  for (const std::string config :
       {"act = \"exit\"", "act = \"pthread_exit\"", "destroy = \"exit\"", "destroy = \"hang\""}) {
    CAPTURE(config);
    const temp_folder scratch;
    std::filesystem::permissions(scratch.path(), std::filesystem::perms(0755)); // the server's user has to reach it
    const hostile_project p(with_hostile(config, "deadline = \"1s\"") + "\n[run]\ngrace = \"500ms\"\n");
    const auto result = p.davit({"up", "--ephemeral"}, {{"TMPDIR", scratch.path().string()}});
    CAPTURE(result.err);
    CHECK(result.exit_code == (config.starts_with("act") ? 1 : 0));
    CHECK(scratch.names().empty());
  }
}

TEST_CASE("exit() after COMMIT leaves the migration applied, and the next run says that the one before was lost") {
  const hostile_project p(act("exit", "post_execute"));
  CHECK(struck(p).exit_code == 1);
  wait_until_davit_is_gone(p);
  CHECK(ledger(p) == "0001 applied");
  p.configure(head);
  const auto next = p.davit({"up"});
  CHECK(next.exit_code == 0);
  CHECK(has(next.err, "ended without a word"));
  CHECK(has(next.err, "is committed, but its handlers after COMMIT are not known to have run"));
}

namespace {

// What the first migration fails of is known before its handlers, or those of the run, are told.
void check_failure_is_kept(const std::string &at, const project &p) {
  wait_until_davit_is_gone(p);
  CHECK(p.database().sql("SELECT outcome, message FROM davit.run_migration") == "failed|division by zero");
  if (at == "failure") CHECK(p.database().sql("SELECT outcome, message FROM davit.run") == "failed|division by zero");
}

} // namespace

TEST_CASE(
    "what a run has failed of is told and recorded, too, where exit() in a handler that is told of it ends davit") {
  for (const std::string at : {"on_error", "failure"}) {
    CAPTURE(at);
    const hostile_project p(act("exit", at));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT 1/0;");
    const auto run = up(p, 1);
    CAPTURE(run.err());
    CHECK(has(run.answer().text("/error/message"), "exit() was called in plugin 'villain', handler 'strike' at " + at));
    CHECK(run.answer().text("/failed_before/message") == "division by zero");
    CHECK(has(run.answer().text("/failed_before/state"), "nothing of 0001_one is in the database"));
    CHECK(has(run.err(), "0001_one.up.sql:1:27: division by zero [22012]"));
    check_failure_is_kept(at, p);
  }
}

TEST_CASE(
    "what a handler after COMMIT has failed of is told where the next one, which is called all the same, ends davit") {
  const hostile_project p(with_probe(R"t({ phase = "post_execute", do = "fail", text = "not today" })t") +
                          hostile("act = \"exit\"\nat = \"post_execute\""));
  const auto run = up(p, 1);
  CAPTURE(run.err());
  CHECK(has(run.answer().text("/error/message"), "exit() was called in plugin 'villain'"));
  CHECK(run.answer().text("/failed_before/message") == "not today");
  CHECK(has(run.err(), "not today"));
}

TEST_CASE("a call that has failed after COMMIT, or where that is only logged, is in the ledger before the next one "
          "ends davit") {
  for (const std::string at : {"post_execute", "post_complete", "on_error", "failure", "success"}) {
    CAPTURE(at);
    const hostile_project p(
        with_probe("{ phase = \"" + at + "\", handler = \"first\", do = \"fail\", text = \"not today\" }") +
        hostile("act = \"exit\"\nat = \"" + at + "\""));
    if (at == "on_error" || at == "failure") p.migration("0001_one.up.sql", "SELECT 1/0;");
    CHECK(p.davit({"up"}).exit_code == 1);
    wait_until_davit_is_gone(p);
    CHECK(p.database().sql("SELECT phase, handler, outcome, message FROM davit.hook_call") ==
          at + "|first|failed|not today");
    if (at.starts_with("post_"))
      CHECK(p.database().sql("SELECT outcome, message FROM davit.run") == "failed|not today");
    const auto status = p.davit({"status"}).out;
    CHECK(has(status, "ended without a word") == (at == "on_error" || at == "success"));
  }
}

TEST_CASE("and where a second signal does") {
  const hostile_project p(with_probe(R"t({ phase = "on_error", do = "log", text = "hanging now" },
                                        { phase = "on_error", do = "hang" })t") +
                          "\n[run]\ngrace = \"60s\"\n");
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT 1/0;");
  running_program davit(p.command({"up", "--json"}));
  davit.wait_for_output("hanging now");
  davit.send(SIGTERM);
  davit.wait_for_output("SIGTERM: stopping");
  davit.insist(SIGTERM); // one that comes soon is the same wish
  const finished_run run(davit.wait());
  CHECK(run.exit_code() == 143);
  CHECK(run.answer().text("/error/code") == "terminated");
  CHECK(run.answer().text("/failed_before/message") == "division by zero");
  CHECK(has(run.err(), "division by zero [22012]"));
  check_failure_is_kept("on_error", p);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("and where a crash does") {
  for (const std::string at : {"on_error", "failure"}) {
    CAPTURE(at);
    const hostile_project p(act("segv", at));
    p.migration("0001_one.up.sql", "CREATE TABLE one (i int); SELECT 1/0;");
    const auto result = struck(p);
    CAPTURE(result.err);
    CHECK(result.signal == SIGSEGV);
    CHECK(has(result.err, "davit: the run had failed before, and was telling so: "));
    CHECK(has(result.err, "0001_one.up.sql:1:27: division by zero [22012]"));
    check_failure_is_kept(at, p);
  }
}
#endif

TEST_CASE("_exit and SIGKILL cannot be noticed by the process that dies, but the next run says that it was lost") {
  for (const std::string what : {"_exit", "sigkill"}) {
    CAPTURE(what);
    const hostile_project p(act(what));
    struck(p);
    wait_until_davit_is_gone(p);
    CHECK_FALSE(exists(p, "one"));
    p.configure(head);
    const auto next = p.davit({"up"});
    CHECK(next.exit_code == 0);
    CHECK(has(next.err, "ended without a word: it was killed, crashed, or lost the database"));
    CHECK(ledger(p) == "0001 applied");
  }
}
