#include "lifecycle/supervision/supervisor.hpp"

#include "base/stop_signals.hpp"
#include "config/duration.hpp"
#include "plugin/abandon.hpp"
#include "plugin/crash_reporter.hpp"
#include "plugin/leaving.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include <unistd.h>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;
using clock = plugin::watch::clock;

constexpr auto tick = 10ms;
constexpr auto again = 100ms; // between two requests to cancel
// Of signals: timeout(1), npm and others signal davit and then its process group; a session that ends sends SIGHUP with
// its SIGTERM; Ctrl-C reaches davit and its runner, which then sends SIGTERM.
constexpr auto same_wish = 250ms;
constexpr auto least_patience = 5s;        // with a server, at the end of a run that was stopped
constexpr auto least_time_at_the_end = 1s; // for a handler that is told of the end of a run that was stopped

// The work's thread. What it refers to is kept alive by it: it does not end before the process does. With a thread end
// the objects that plugins made thread_local there, and their destructors may do whatever they like, watched by nobody.
class worker {
public:
  worker(const sigset_t &blocked, std::function<void()> work) : state_(std::make_shared<state>()) {
    std::thread([s = state_, blocked, work = std::move(work), waiting = pthread_self()] {
      pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); // a plugin's request would strike in davit's code
      const plugin::crash_stack stack;
      try {
        work();
      } catch (...) {
        s->failure = std::current_exception();
      }
      s->ended = true;
      pthread_kill(waiting, blocked_signals::work_done());
      s->at_rest = true;
      s->at_rest.notify_one();
      for (;;) ::pause();
    }).detach();
  }
  worker(const worker &) = delete;
  worker &operator=(const worker &) = delete;

  bool ended() const { return state_->ended; }
  // Once it has ended; returns when it sends no signal any more.
  std::exception_ptr failure() const {
    state_->at_rest.wait(false);
    return state_->failure;
  }

private:
  struct state {
    std::atomic<bool> ended{false};
    std::atomic<bool> at_rest{false};
    std::exception_ptr failure;
  };
  std::shared_ptr<state> state_;
};

// Plugins may have handlers for signals of their own, in which a thread may get lost: not the one that watches over all
// else. What comes of a crash of its own it takes.
class no_handlers_here {
public:
  no_handlers_here() {
    sigset_t all;
    sigfillset(&all);
    for (const int s : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&all, s);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~no_handlers_here() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  no_handlers_here(const no_handlers_here &) = delete;
  no_handlers_here &operator=(const no_handlers_here &) = delete;

  const sigset_t &elsewhere() const { return before_; }

private:
  sigset_t before_{};
};

// As nohup does with SIGHUP.
bool is_ignored(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

error_code code_after(int signal) { return signal == SIGINT ? error_code::interrupted : error_code::terminated; }

error nothing_begun(error e) {
  e.state = "the run had not begun: nothing was touched";
  return e;
}

class supervisor {
public:
  supervisor(const supervised &parts, const blocked_signals &signals) : p_(parts), signals_(signals) {
    p_.handlers.await_cancellations_with([&targets = p_.targets] { targets.settle(); });
  }
  supervised_end run(const std::function<void()> &work);

private:
  void take_signal(std::chrono::nanoseconds wait);
  void look_for_signal();
  void look_at_deadlines();
  void look_for_lost_handler();
  void look_for_silent_server();
  void stop(const std::string &why);
  void tell(const std::string &why_not_cancelled);
  // `lost`: the handler that is to blame, if one is.
  [[noreturn]] void leave(const std::string &why, error_code code, const plugin::watch::overdue_call *lost = nullptr);

  const supervised &p_;
  const blocked_signals &signals_;
  const no_handlers_here alone_;
  std::unique_ptr<worker> worker_;
  const clock::time_point deadline_ = p_.stop.deadline().count() > 0 ? clock::now() + p_.stop.deadline()
                                                                     : clock::time_point::max();
  clock::time_point next_interrupt_ = clock::time_point::max();
  clock::time_point last_sign_; // of life, once the run is to end
  const std::function<void()> cancel_handler_ = [this] { tell(p_.targets.cancel_handler(until_second_)); };
  const cancel_targets::go_on until_second_ = [this] {
    take_signal(0ns);
    return second_ == 0;
  };
  int signalled_ = 0; // the first signal
  int second_ = 0;    // what is no longer the same wish
  bool stopping_ = false;
  clock::time_point signalled_at_;
  clock::time_point looked_at_ = clock::now(); // for signals
  bool abandoned_ = false;
};

void supervisor::tell(const std::string &why_not_cancelled) {
  if (!why_not_cancelled.empty()) p_.say("a running statement could not be cancelled: " + why_not_cancelled);
}

// Leaves without destructors: another thread is at work. The sessions close with the process, and the server rolls back
// what they had begun.
void supervisor::leave(const std::string &why, error_code code, const plugin::watch::overdue_call *lost) {
  p_.say(why + "; davit leaves now: the server rolls back what was not committed, davit status tells what was");
  tell(p_.targets.cancel_all());
  error e = p_.stop.raised() ? p_.stop.as_error() : error(code, "a handler does not return");
  e.code = code;
  e.message += ", and davit has left before its end: " + why;
  e.state = "the server rolls back what was not committed";
  e.hint = "davit status tells what was committed";
  if (lost) {
    e.plugin = lost->plugin;
    e.handler = lost->handler;
    e.phase = lost->phase;
  }
  plugin::leave(e);
}

void supervisor::stop(const std::string &why) {
  p_.handlers.hurry(std::max<std::chrono::milliseconds>(p_.grace, least_time_at_the_end));
  p_.handlers.interrupt(cancel_handler_);
  p_.say(why);
  tell(p_.targets.cancel_work(until_second_));
  next_interrupt_ = clock::now() + again;
  last_sign_ = clock::now();
}

// A signal came when nobody was looking: at any time since the last look. Davit may have been busy with the first one.
void supervisor::take_signal(std::chrono::nanoseconds wait) {
  const timespec most{0, wait.count()};
  const int got = sigtimedwait(&signals_.set(), nullptr, &most);
  const auto last_look = std::exchange(looked_at_, clock::now());
  if (!asks_to_stop(got)) return;
  if (!signalled_) {
    signalled_ = got;
    signalled_at_ = looked_at_;
  } else if (last_look - signalled_at_ >= same_wish && !second_) {
    second_ = got;
  }
}

void supervisor::look_for_signal() {
  take_signal(tick);
  if (signalled_ && !std::exchange(stopping_, true)) {
    p_.stop.raise(signalled_);
    stop(signalled_ == SIGINT    ? "interrupted: stopping (a second Ctrl-C leaves at once)"
         : signalled_ == SIGTERM ? "SIGTERM: stopping"
                                 : "SIGHUP: stopping");
  }
  if (second_) leave("second signal", code_after(second_));
}

void supervisor::look_at_deadlines() {
  const auto now = clock::now();
  if (now >= deadline_ && !p_.stop.raised()) {
    p_.stop.deadline_passed();
    stop("the run's deadline of " + config::to_text(p_.stop.deadline()) + " has passed: stopping");
  }
  // What the handler was about to send when it was told to stop could not be cancelled then.
  if (now >= next_interrupt_) {
    p_.handlers.interrupt_again(cancel_handler_);
    next_interrupt_ = now + again;
  }
  p_.handlers.tick(cancel_handler_);
}

void supervisor::look_for_lost_handler() {
  if (const auto late = p_.handlers.give_up(p_.grace)) {
    p_.say(plugin::who(*late) + " " + plugin::describe(*late) + "; davit ends its sessions, to go on without it");
    abandoned_ = true;
    last_sign_ = clock::now();
    p_.handlers.hurry(std::max<std::chrono::milliseconds>(p_.grace, least_time_at_the_end));
    try {
      worker_ = std::make_unique<worker>(alone_.elsewhere(), [go_on = p_.go_on_without, lost = *late] { go_on(lost); });
    } catch (const std::system_error &e) {
      leave(std::string("no thread can be had for the end of the run (") + e.what() + ")", error_code::hook_abandoned,
            &*late);
    }
  }
}

// Nothing else bounds what davit itself asks of the server at the end: a COMMIT may wait for a standby, a network may
// swallow everything.
void supervisor::look_for_silent_server() {
  if (!abandoned_ && !p_.stop.raised()) return;
  if (p_.handlers.running()) last_sign_ = clock::now();
  const auto last = std::max(last_sign_, p_.targets.last_answer());
  if (clock::now() - last > std::max<clock::duration>(10 * p_.grace, least_patience))
    leave("the server does not answer", signalled_         ? code_after(signalled_)
                                        : p_.stop.raised() ? error_code::run_deadline
                                                           : error_code::hook_abandoned);
}

supervised_end supervisor::run(const std::function<void()> &work) {
  try {
    worker_ = std::make_unique<worker>(alone_.elsewhere(), work);
  } catch (const std::system_error &e) {
    throw error(nothing_begun(no_process_for("the run", e.code().message())));
  }
  while (!worker_->ended()) {
    look_for_signal();
    look_at_deadlines();
    if (p_.stop.raised() && p_.begin.close()) return {true, std::make_exception_ptr(nothing_begun(p_.stop.as_error()))};
    look_for_lost_handler();
    look_for_silent_server();
  }
  const supervised_end end{abandoned_, worker_->failure()};
  const timespec now{0, 0};
  while (sigtimedwait(&signals_.set(), nullptr, &now) == blocked_signals::work_done()) {
  } // not left pending for the next run in this process
  return end;
}

} // namespace

blocked_signals::blocked_signals(afterwards then) : then_(then) {
  sigemptyset(&set_);
  sigaddset(&set_, work_done());
  for (const int s : stop_signals)
    if (!is_ignored(s)) sigaddset(&set_, s);
  pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

// What came after the outcome was decided changes it no more.
blocked_signals::~blocked_signals() {
  if (then_ == afterwards::ignored)
    for (const int s : stop_signals) std::signal(s, SIG_IGN);
  const timespec now{0, 0};
  while (sigtimedwait(&set_, nullptr, &now) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void blocked_signals::check() const {
  const timespec now{0, 0};
  const int got = sigtimedwait(&set_, nullptr, &now);
  if (!asks_to_stop(got)) return;
  interrupt stop;
  stop.raise(got);
  throw error(nothing_begun(stop.as_error()));
}

int blocked_signals::work_done() { return SIGRTMIN; }

supervised_end supervise(const supervised &parts, const blocked_signals &signals, const std::function<void()> &work) {
  return supervisor(parts, signals).run(work);
}

} // namespace davit::lifecycle
