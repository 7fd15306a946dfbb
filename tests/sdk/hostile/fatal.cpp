// Deeds that end the process.
#include "hostile.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

namespace hostile {
namespace {

volatile int zero = 0;
int *volatile nowhere = nullptr;

std::int32_t deep(volatile char *above) {
  volatile char here[4096];
  here[0] = above ? above[0] : '\0';
  if (here[0] != '\0') return 0; // never, but no compiler knows
  return deep(here) + here[0];
}

// Past the signal, it would be a handler that fails.
std::int32_t segv(const scene &) { return *nowhere; }
std::int32_t fpe(const scene &) { return 4711 / zero; }
std::int32_t overflow(const scene &) { return deep(nullptr); }
std::int32_t aborts(const scene &) { std::abort(); }
std::int32_t terminates(const scene &) { std::terminate(); }
std::int32_t exits(const scene &) { std::exit(0); }
std::int32_t exits_quickly(const scene &) { std::quick_exit(0); }
std::int32_t exits_at_once(const scene &) { ::_exit(0); }
std::int32_t leaves_its_thread(const scene &) { ::pthread_exit(nullptr); }

// As a library may do that keeps cancellation out of its work.
std::int32_t cancels_its_thread(const scene &) {
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  const bool asked = ::pthread_cancel(::pthread_self()) == 0;
  ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
  return asked ? DAVIT_OK : DAVIT_ERR;
}

// By a timer that nobody waits for any more.
std::int32_t forgets_its_timer(const scene &) {
  const itimerval soon{{0, 0}, {0, 1}};
  if (::setitimer(ITIMER_REAL, &soon, nullptr) != 0) return DAVIT_ERR;
  hang();
}
// Whichever thread takes the signal is lost.
std::int32_t hang_in_signal_handler(const scene &) {
  constexpr int own = SIGUSR2;
  if (std::signal(own, [](int) {
        for (;;) ::pause();
      }) == SIG_ERR)
    return DAVIT_ERR;
  return ::kill(::getpid(), own) == 0 ? DAVIT_OK : DAVIT_ERR;
}
std::int32_t raises(const scene &s) {
  ::raise(std::stoi(std::string(s.more.data, s.more.len)));
  hang();
}
std::int32_t raises_and_goes_on(const scene &s) { return ::raise(std::stoi(std::string(s.more.data, s.more.len))); }
std::int32_t killed(const scene &) { return ::raise(SIGKILL); }

void throws() { throw 42; }
std::int32_t throws_over_noexcept(const scene &) {
  []() noexcept { throws(); }();
  return DAVIT_OK;
}

[[noreturn]] std::int32_t on_another_thread(void (*what)()) {
  std::thread(what).detach();
  hang();
}
std::int32_t thread_aborts(const scene &) {
  on_another_thread([] { std::abort(); });
}
std::int32_t thread_throws(const scene &) { on_another_thread(throws); }
std::int32_t thread_exits(const scene &) {
  on_another_thread([] { std::exit(0); });
}

} // namespace

deeds fatal_deeds() {
  return {{"segv", segv},
          {"fpe", fpe},
          {"overflow", overflow},
          {"abort", aborts},
          {"terminate", terminates},
          {"noexcept", throws_over_noexcept},
          {"hang_in_signal_handler", hang_in_signal_handler},
          {"pthread_exit", leaves_its_thread},
          {"cancel", cancels_its_thread},
          {"timer", forgets_its_timer},
          {"raise", raises},
          {"raise_and_go_on", raises_and_goes_on},
          {"exit", exits},
          {"quick_exit", exits_quickly},
          {"_exit", exits_at_once},
          {"sigkill", killed},
          {"thread_abort", thread_aborts},
          {"thread_throw", thread_throws},
          {"thread_exit", thread_exits}};
}

} // namespace hostile
