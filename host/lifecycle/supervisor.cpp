#include "lifecycle/supervisor.hpp"

#include "config/duration.hpp"
#include "plugin/abandon.hpp"
#include "plugin/crash_reporter.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include <unistd.h>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;
using clock = plugin::watch::clock;

constexpr auto tick = 10ms;
constexpr auto again = 100ms;              // between two requests to cancel
constexpr auto patience_with_server = 30s; // once a handler was given up
constexpr auto least_time_at_the_end = 1s; // for a handler that is told of the end of a run that was stopped

// The work's thread. What it refers to is kept alive by it: it may never end.
class worker {
public:
  explicit worker(std::function<void()> work)
      : state_(std::make_shared<state>()), thread_([s = state_, work = std::move(work), waiting = pthread_self()] {
          const plugin::crash_stack stack;
          try {
            work();
          } catch (...) {
            s->failure = std::current_exception();
          }
          s->ended = true;
          pthread_kill(waiting, blocked_signals::work_done());
        }) {}
  ~worker() {
    if (!thread_.joinable()) return;
    if (state_->ended)
      thread_.join();
    else
      thread_.detach();
  }
  worker(const worker &) = delete;
  worker &operator=(const worker &) = delete;

  bool ended() const { return state_->ended; }
  std::exception_ptr failure() const { return state_->failure; } // once it has ended

private:
  struct state {
    std::atomic<bool> ended{false};
    std::exception_ptr failure;
  };
  std::shared_ptr<state> state_;
  std::thread thread_;
};

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
  void look_for_signal();
  void look_at_deadlines();
  void look_for_lost_handler();
  void stop(const std::string &why);
  void tell(const std::string &why_not_cancelled);
  [[noreturn]] void leave(const std::string &why, int code);

  const supervised &p_;
  const blocked_signals &signals_;
  std::unique_ptr<worker> worker_;
  const clock::time_point deadline_ = p_.stop.deadline().count() > 0 ? clock::now() + p_.stop.deadline()
                                                                     : clock::time_point::max();
  clock::time_point next_interrupt_ = clock::time_point::max();
  clock::time_point last_sign_; // of life, once a handler was given up
  const std::function<void()> cancel_handler_ = [this] { tell(p_.targets.cancel_handler()); };
  bool signalled_ = false;
  bool abandoned_ = false;
};

void supervisor::tell(const std::string &why_not_cancelled) {
  if (!why_not_cancelled.empty()) p_.say("a running statement could not be cancelled: " + why_not_cancelled);
}

// Leaves without destructors: another thread is at work. The sessions close with the process, and the server rolls back
// what they had begun.
void supervisor::leave(const std::string &why, int code) {
  p_.say(why + "; davit leaves now: the server rolls back what was not committed, davit status tells what was");
  tell(p_.targets.cancel_all());
  p_.before_leaving();
  ::_exit(code);
}

void supervisor::stop(const std::string &why) {
  p_.handlers.hurry(std::max<std::chrono::milliseconds>(p_.grace, least_time_at_the_end));
  p_.handlers.interrupt(cancel_handler_);
  p_.say(why);
  tell(p_.targets.cancel_work());
  next_interrupt_ = clock::now() + again;
}

void supervisor::look_for_signal() {
  const timespec wait{0, std::chrono::nanoseconds(tick).count()};
  const int got = sigtimedwait(&signals_.set(), nullptr, &wait);
  if (got != SIGINT && got != SIGTERM) return;
  if (std::exchange(signalled_, true)) leave("second signal", 128 + got);
  p_.stop.raise(got);
  stop(got == SIGINT ? "interrupted: stopping (a second Ctrl-C leaves at once)" : "SIGTERM: stopping");
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
  if (auto late = p_.handlers.give_up(p_.grace)) {
    p_.say(plugin::who(*late) + " " + plugin::describe(*late) + "; davit ends its sessions and goes on without it");
    abandoned_ = true;
    last_sign_ = clock::now();
    p_.handlers.hurry(std::max<std::chrono::milliseconds>(p_.grace, least_time_at_the_end));
    worker_ = std::make_unique<worker>([go_on = p_.go_on_without, lost = *std::move(late)] { go_on(lost); });
  }
  if (!abandoned_) return;
  if (p_.handlers.running()) last_sign_ = clock::now();
  if (clock::now() - last_sign_ > patience_with_server)
    leave("the server does not answer", static_cast<int>(exit_code::deadline));
}

supervised_end supervisor::run(const std::function<void()> &work) {
  worker_ = std::make_unique<worker>(work);
  while (!worker_->ended()) {
    look_for_signal();
    look_at_deadlines();
    if (p_.stop.raised() && p_.begin.close()) return {true, std::make_exception_ptr(nothing_begun(p_.stop.as_error()))};
    look_for_lost_handler();
  }
  const supervised_end end{abandoned_, worker_->failure()};
  worker_.reset();
  const timespec now{0, 0};
  while (sigtimedwait(&signals_.set(), nullptr, &now) == blocked_signals::work_done()) {
  } // not left pending for the next run in this process
  return end;
}

} // namespace

blocked_signals::blocked_signals() {
  sigemptyset(&set_);
  for (const int s : {SIGINT, SIGTERM, work_done()}) sigaddset(&set_, s);
  pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

blocked_signals::~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void blocked_signals::check() const {
  const timespec now{0, 0};
  const int got = sigtimedwait(&set_, nullptr, &now);
  if (got != SIGINT && got != SIGTERM) return;
  interrupt stop;
  stop.raise(got);
  throw error(nothing_begun(stop.as_error()));
}

int blocked_signals::work_done() { return SIGRTMIN; }

supervised_end supervise(const supervised &parts, const blocked_signals &signals, const std::function<void()> &work) {
  return supervisor(parts, signals).run(work);
}

} // namespace davit::lifecycle
