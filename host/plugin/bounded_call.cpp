#include "plugin/bounded_call.hpp"

#include "base/error.hpp"

#include <ctime>

#include <pthread.h>
#include <unistd.h>

namespace davit::plugin {
namespace {

int wake_up() { return SIGRTMIN; }

} // namespace

std::chrono::milliseconds patience_for(std::chrono::milliseconds deadline, std::chrono::milliseconds grace) {
  using namespace std::chrono_literals;
  return deadline.count() > 0 ? deadline + grace : 30s;
}

bounded_call::bounded_call(const char *step, std::chrono::milliseconds limit, say tell)
    : step_(step), say_(std::move(tell)) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // for the watcher: no handler is to run there
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, wake_up());
  for (const int s : {SIGINT, SIGTERM, SIGHUP})
    if (sigismember(&before, s) == 1) sigaddset(&awaited, s); // else they end the process by themselves
  try {
    watcher_ = std::thread([this, awaited, limit] { watch(awaited, limit); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bounded_call::~bounded_call() {
  pthread_kill(watcher_.native_handle(), wake_up());
  watcher_.join();
}

void bounded_call::watch(sigset_t awaited, std::chrono::milliseconds limit) const {
  using namespace std::chrono;
  const auto begin = steady_clock::now();
  for (;;) {
    const auto left = limit - duration_cast<milliseconds>(steady_clock::now() - begin);
    if (left <= milliseconds(0))
      leave("does not return: it runs for more than " + std::to_string(limit.count()) + " ms",
            static_cast<int>(exit_code::deadline));
    const auto whole = duration_cast<seconds>(left);
    const timespec time{whole.count(), static_cast<long>(nanoseconds(left - whole).count())};
    const int got = sigtimedwait(&awaited, nullptr, &time);
    if (got == wake_up()) return;
    if (got == SIGINT) leave("was interrupted", static_cast<int>(exit_code::interrupted));
    if (got == SIGTERM || got == SIGHUP) leave("was terminated", static_cast<int>(exit_code::terminated));
  }
}

void bounded_call::leave(const std::string &why, int status) const {
  say_(std::string(step_.load()) + " " + why + "; davit leaves now");
  ::_exit(status);
}

} // namespace davit::plugin
