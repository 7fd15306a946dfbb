// dispatch: one call of a handler that does nothing, through all that a run puts around it: the phase fired by the
// lifecycle's dispatcher, the call's context made, its deadline armed under a supervising thread, its time taken, its
// outcome told to the observer and written down for the ledger, which gets it later. The budget is two clock reads, as
// timing a call takes, measured beside it in the same pair, and 40 ns. A bare call of the same function through a
// dlsym'ed pointer is part of what is measured. The look at what handlers did to the process is not: each phase ends
// with one, however many handlers it has. What it takes is noted beside it, and it counts in up_plugins.
//
// dispatch_spawn: how many such calls cost as much as one posix_spawn and waitpid of /bin/true, which is the least that
// a hook as a program of its own would cost.
#include "bench/pairs.hpp"
#include "bench/paths.hpp"
#include "bench/project.hpp"
#include "config/settings.hpp"
#include "lifecycle/dispatcher.hpp"
#include "lifecycle/supervision/supervisor.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr double budget_ns = 40;
constexpr std::chrono::seconds grace{5};

// The handler sends no SQL, so nobody asks for a session.
class no_sessions : public plugin::sessions {
public:
  postgres::connection &run() override { throw std::logic_error("the run session was asked for"); }
  postgres::connection &side() override { throw std::logic_error("the side session was asked for"); }
  std::optional<std::int32_t> run_pid() const override { return std::nullopt; }
  void drop_side() noexcept override {}
  std::string own_transaction_setup() const override { return {}; }
};

class unmoved : public lifecycle::observer {
public:
  std::size_t calls = 0;
  void phase(std::string_view, std::size_t) override {}
  void handler_done(const plugin::binding &, const plugin::call_result &r, bool) override {
    if (r.outcome == plugin::outcome::ok) ++calls;
  }
  void migration_begins(const migration::step &, std::size_t, std::size_t, std::uint32_t) override {}
  void migration_ends(const migration::step &, const ledger::migration_event &) override {}
  void notice(std::string_view, std::string_view) override {}
  void waiting(std::string_view) override {}
  void warning(std::string_view) override {}
};

template <typename Work> double nanoseconds_each(std::size_t times, Work &&work) {
  const auto begin = clock::now();
  for (std::size_t i = 0; i < times; ++i) work();
  return std::chrono::duration<double, std::nano>(clock::now() - begin).count() / static_cast<double>(times);
}

void spawn_and_wait() {
  const char *argv[] = {"/bin/true", nullptr};
  pid_t pid = -1;
  if (const int failed = ::posix_spawn(&pid, argv[0], nullptr, nullptr, const_cast<char *const *>(argv), environ))
    throw std::system_error(failed, std::generic_category(), argv[0]);
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid || status != 0) throw std::runtime_error("/bin/true did not exit with 0");
}

struct loaded : plugin::plugin_set {
  loaded(const config::settings &s, plugin::services &services) { load(s, services); }
};

struct host {
  explicit host(const project &p)
      : settings(config::load(p.folder() / "davit.toml")), plugins(settings, services),
        dispatcher(plugins, sessions, stop, show, journal) {
    dispatcher.run.started_us = 1;
  }
  // As a run does it: what was written down goes to the ledger after each migration, not within a call.
  void call(std::size_t times) {
    constexpr std::size_t per_migration = 50;
    for (std::size_t i = 0; i < times; ++i) {
      dispatcher.call_handlers("after_ddl", plugin::sql_scope::in_transaction, &migration);
      if (i % per_migration != 0) continue;
      journal.sent();
      journal.written();
    }
  }

  plugin::services services{[](int, std::string_view, std::string_view) {}, {}, {}};
  config::settings settings;
  loaded plugins;
  no_sessions sessions;
  lifecycle::interrupt stop;
  lifecycle::cancel_targets targets;
  unmoved show;
  lifecycle::journal journal;
  lifecycle::dispatcher dispatcher;
  plugin::migration_facts migration{"0001", "idle", "0001_idle.up.sql", std::string(64, '0')};
};

// The same handler without any host, found as a plugin's functions are.
davit_handler_fn bare_function() {
  void *const library = ::dlopen(idle_library().c_str(), RTLD_NOW | RTLD_LOCAL);
  void *const found = library ? ::dlsym(library, "idle") : nullptr;
  if (!found) throw std::runtime_error(::dlerror());
  return reinterpret_cast<davit_handler_fn>(found);
}

struct sample {
  double clock_read = 0, bare = 0, call = 0, look = 0, spawn = 0;
};

sample take(host &h, davit_handler_fn bare, const setting &s) {
  const std::size_t calls = s.size(50'000, 100);
  sample out;
  out.clock_read = nanoseconds_each(s.size(1'000'000, 100), [] { static_cast<void>(clock::now()); });
  out.bare = nanoseconds_each(s.size(1'000'000, 100), [bare] { bare(nullptr, nullptr); });
  const std::size_t before = h.show.calls;
  out.call = nanoseconds_each(1, [&] { h.call(calls); }) / static_cast<double>(calls);
  if (h.show.calls - before != calls) throw std::runtime_error("not every call of the handler arrived");
  out.look = nanoseconds_each(s.size(1'000, 10), [&h] { h.services.process->restore("the benchmark"); });
  out.spawn = nanoseconds_each(s.size(20, 1), spawn_and_wait);
  return out;
}

std::vector<result> measure(const setting &s) {
  const project p("environment = \"bench\"\n[[plugins]]\nname = \"idle\"\npath = \"" + idle_plugin().string() +
                  "\"\ndeadline = \"10s\"\n[[hooks.after_ddl]]\nplugin = \"idle\"\nhandler = \"idle\"\n");
  const lifecycle::blocked_signals signals;
  host h(p);
  const davit_handler_fn bare = bare_function();
  pairs<double> overhead, against_spawn, parts, looks;
  lifecycle::threshold begin;
  const auto lost = [](const plugin::watch::overdue_call &) { throw std::runtime_error("the handler did not return"); };
  const auto end = lifecycle::supervise(
      {h.stop, h.targets, h.services.supervision, [](std::string_view) {}, grace, lost, begin}, signals, [&] {
        begin.cross();
        take(h, bare, s);
        for (std::size_t i = 0; i < s.pairs_or(15); ++i) {
          const sample one = take(h, bare, s);
          overhead.emplace_back(2 * one.clock_read + budget_ns, one.call);
          against_spawn.emplace_back(one.call, one.spawn);
          parts.emplace_back(one.bare, one.clock_read);
          looks.emplace_back(one.look, one.clock_read);
        }
      });
  if (end.failure) std::rethrow_exception(end.failure);
  const result apart = summarise({}, parts);
  result call = summarise(
      {.name = "dispatch",
       .compared = "one handler call through the host / a budget of two clock reads and 40 ns",
       .note = fmt::format("a clock read takes {:.1f} ns, a bare call {:.1f} ns, the look after a phase {:.0f} ns",
                           apart.davit, apart.floor, summarise({}, looks).floor),
       .unit = "ns",
       .aim = 1},
      overhead);
  result spawn = summarise({.name = "dispatch_spawn",
                            .compared = "posix_spawn and waitpid of /bin/true / one handler call",
                            .unit = "ns",
                            .aim = 3000,
                            .at_least = true},
                           against_spawn);
  std::swap(spawn.floor, spawn.davit);
  return {call, spawn};
}

} // namespace

benchmark dispatch() { return {"dispatch", {"dispatch", "dispatch_spawn"}, measure}; }

} // namespace davit::bench
