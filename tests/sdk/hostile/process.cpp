// Deeds that change what belongs to the whole process.
#include "hostile.hpp"

#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <locale>
#include <string>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace hostile {
namespace {

std::int32_t done(bool good) { return good ? DAVIT_OK : DAVIT_ERR; }

std::int32_t unblock(const scene &) {
  sigset_t none;
  sigemptyset(&none);
  return done(pthread_sigmask(SIG_SETMASK, &none, nullptr) == 0);
}

std::int32_t block(const scene &) {
  sigset_t all;
  sigfillset(&all);
  return done(pthread_sigmask(SIG_SETMASK, &all, nullptr) == 0);
}

std::int32_t handle(void (*how)(int)) {
  for (const int s : {SIGINT, SIGTERM, SIGSEGV, SIGPIPE})
    if (std::signal(s, how) == SIG_ERR) return DAVIT_ERR;
  return DAVIT_OK;
}
std::int32_t handlers(const scene &) {
  return handle([](int) {});
}
std::int32_t defaults(const scene &) { return handle(SIG_DFL); }
std::int32_t ignore(const scene &) { return handle(SIG_IGN); }

std::int32_t set_locale(const scene &) { return done(std::setlocale(LC_ALL, "C.UTF-8") != nullptr); }

struct comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};
std::int32_t cpp_locale(const scene &) {
  std::locale::global(std::locale(std::locale(), new comma));
  return DAVIT_OK;
}

// The last who knows of it destroys it.
struct deadly_facet : std::numpunct<char> {
  ~deadly_facet() override { std::abort(); }
};
std::int32_t deadly_locale(const scene &) {
  std::locale::global(std::locale(std::locale(), new deadly_facet));
  return DAVIT_OK;
}

struct deadly_exception : std::exception {
  const char *what() const noexcept override { std::abort(); }
};
std::int32_t throw_deadly(const scene &) { throw deadly_exception(); }

std::int32_t log_without_room(const scene &s) {
  rlimit size{};
  ::getrlimit(RLIMIT_FSIZE, &size);
  size.rlim_cur = 0;
  if (::setrlimit(RLIMIT_FSIZE, &size) != 0) return DAVIT_ERR;
  s.host->log(s.host, DAVIT_LOG_WARN, {"nobody reads this", 17});
  return DAVIT_OK;
}

// As code does that keeps variables of its own where it runs.
std::int32_t lose_environment(const scene &) {
  environ = reinterpret_cast<char **>(8);
  return DAVIT_OK;
}

std::int32_t change_folder(const scene &) { return done(::chdir("/") == 0); }
std::int32_t change_folder_and_throw(const scene &s) {
  change_folder(s);
  throw 42;
}
// As code does that works somewhere else from its second job on.
std::int32_t change_folder_later(const scene &s) {
  static bool called = false;
  return std::exchange(called, true) ? change_folder(s) : DAVIT_OK;
}
// What others have left for it.
std::int32_t say_folder(const scene &s) {
  char here[4096];
  if (!::getcwd(here, sizeof here)) return DAVIT_ERR;
  s.host->report(s.ctx, 0, text(here));
  return DAVIT_OK;
}
std::int32_t change_umask(const scene &) {
  ::umask(0);
  return DAVIT_OK;
}

std::int32_t close_output(const scene &) { return done(::close(STDOUT_FILENO) == 0 && ::close(STDERR_FILENO) == 0); }
std::int32_t replace_output(const scene &) {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  return done(null >= 0 && ::dup2(null, STDOUT_FILENO) >= 0 && ::dup2(null, STDERR_FILENO) >= 0);
}
// As daemons do, when they are born.
std::int32_t close_all(const scene &) { return done(::syscall(SYS_close_range, 3U, ~0U, 0) == 0); }

// Closes davit's sockets, and takes their numbers.
std::int32_t replace_sockets(const scene &) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  struct stat info {};
  for (int fd = 3; fd < 200; ++fd)
    if (::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) && ::dup2(null, fd) < 0) return DAVIT_ERR;
  return done(null >= 0);
}

// Not at its first call, after which davit is sure to look.
std::int32_t cross_sockets_later(const scene &) {
  static bool called = false;
  if (!std::exchange(called, true)) return DAVIT_OK;
  int first = -1;
  struct stat info {};
  for (int fd = 3; fd < 200; ++fd) {
    if (::fstat(fd, &info) != 0 || !S_ISSOCK(info.st_mode)) continue;
    if (first < 0)
      first = fd;
    else if (::dup2(first, fd) < 0)
      return DAVIT_ERR;
  }
  return done(first >= 0);
}
std::int32_t replace_sockets_later(const scene &s) {
  static bool called = false;
  return std::exchange(called, true) ? replace_sockets(s) : DAVIT_OK;
}

std::int32_t round_upwards(const scene &) { return done(std::fesetround(FE_UPWARD) == 0); }
std::int32_t trap_floats(const scene &) { return done(::feenableexcept(FE_INEXACT | FE_INVALID) != -1); }
std::int32_t flush_to_zero(const scene &) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040); // as libraries built with -ffast-math do when they are loaded
#else
  std::fesetround(FE_UPWARD);
#endif
  return DAVIT_OK;
}

#if defined(__x86_64__)
std::int32_t set_flag(unsigned bit) {
  __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | std::uint64_t{1} << bit);
  return DAVIT_OK;
}
std::int32_t direction(const scene &) { return set_flag(10); }
std::int32_t alignment_check(const scene &) { return set_flag(18); }
#endif

std::int32_t take_signal_stack(const scene &) {
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  return done(::sigaltstack(&none, nullptr) == 0);
}

// The thread that gets it may not come back for a while.
std::int32_t lock_stderr(const scene &) {
  ::flockfile(stderr);
  return DAVIT_OK;
}
std::int32_t lock_stderr_and_hang(const scene &) {
  ::flockfile(stderr);
  hang();
}
std::int32_t close_stderr(const scene &) { return done(std::fclose(stderr) == 0); }
std::int32_t buffer_stderr(const scene &) { return done(std::setvbuf(stderr, nullptr, _IOFBF, 1 << 20) == 0); }

std::int32_t lower_limits(const scene &) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = 3;
  rlimit size{};
  ::getrlimit(RLIMIT_FSIZE, &size);
  size.rlim_cur = 1;
  return done(::setrlimit(RLIMIT_NOFILE, &files) == 0 && ::setrlimit(RLIMIT_FSIZE, &size) == 0);
}

// As where another program of the same user has filled the queue of signals.
std::int32_t no_pending_signals(const scene &) {
  rlimit none{};
  ::getrlimit(RLIMIT_SIGPENDING, &none);
  none.rlim_cur = 0;
  return done(::setrlimit(RLIMIT_SIGPENDING, &none) == 0);
}

// As where all threads that the user may have are used up, but for this process alone, and for root as well: there is
// no room for the stack of another one.
std::int32_t no_more_threads(const scene &) {
  pthread_attr_t huge;
  return done(::pthread_attr_init(&huge) == 0 && ::pthread_attr_setstacksize(&huge, std::size_t{1} << 50) == 0 &&
              ::pthread_setattr_default_np(&huge) == 0);
}

std::int32_t no_more_threads_and_hang(const scene &s) {
  if (const auto status = no_more_threads(s); status != DAVIT_OK) return status;
  hang();
}

// The child comes back out of the handler, as the parent does.
std::int32_t fork_and_return(const scene &s) {
  s.host->query(s.ctx, DAVIT_CONN_MIGRATION, text("SELECT 1"), nullptr, 0, nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto status = s.host->query(s.ctx, DAVIT_CONN_MIGRATION, text("SELECT 2"), nullptr, 0, nullptr);
    return status == DAVIT_ERR_THREAD ? DAVIT_OK : DAVIT_ERR;
  }
  int how = 0;
  if (child < 0 || ::waitpid(child, &how, 0) != child) return DAVIT_ERR;
  s.host->report(s.ctx, 0, text(WIFEXITED(how) && WEXITSTATUS(how) == 1 ? "the child was ended" : "the child ran on"));
  return DAVIT_OK;
}

// Past the C library, and without SQL, so that nothing but its number tells the child.
std::int32_t raw_fork_and_return(const scene &s) {
  const auto child = static_cast<pid_t>(::syscall(SYS_fork));
  if (child == 0) return DAVIT_OK;
  int how = 0;
  if (child < 0 || ::waitpid(child, &how, 0) != child) return DAVIT_ERR;
  s.host->report(s.ctx, 0, text(WIFEXITED(how) && WEXITSTATUS(how) == 1 ? "the child was ended" : "the child ran on"));
  return DAVIT_OK;
}

// Past the C library's fork, the child crashes: what it says of itself must not pass for davit's.
std::int32_t raw_fork_and_crash(const scene &) {
  const auto child = static_cast<pid_t>(::syscall(SYS_fork));
  if (child == 0) std::abort();
  int how = 0;
  return done(child > 0 && ::waitpid(child, &how, 0) == child && WIFSIGNALED(how));
}

// The child ends by itself, running what davit registered for the end of the process.
std::int32_t fork_and_exit(const scene &) {
  const pid_t child = ::fork();
  if (child == 0) std::exit(0);
  int how = 0;
  return done(child > 0 && ::waitpid(child, &how, 0) == child && WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

// Starts a program as plugins do, and ends it as they would when they are told to stop.
std::int32_t fork_and_terminate(const scene &) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp("sleep", "sleep", "600", static_cast<char *>(nullptr));
    ::_exit(1);
  }
  int how = 0;
  return done(child > 0 && ::kill(child, SIGTERM) == 0 && ::waitpid(child, &how, 0) == child && WIFSIGNALED(how) &&
              WTERMSIG(how) == SIGTERM);
}

// "NAME=value"
std::int32_t set_variable(const scene &s) {
  const std::string text(s.more.data, s.more.len);
  const auto end = text.find('=');
  return done(::setenv(text.substr(0, end).c_str(), text.substr(end + 1).c_str(), 1) == 0);
}

std::int32_t garbage(const scene &) {
  std::printf("{ garbage by printf\n");
  std::fflush(stdout);
  std::cout << "garbage by cout ]" << std::endl;
  constexpr char raw[] = "\xff\x00garbage by write\n";
  const bool written = ::write(STDOUT_FILENO, raw, sizeof raw - 1) > 0;
  return done(std::system("echo garbage by a child") == 0 && written);
}

// Held back by stdio until the process ends.
std::int32_t late_garbage(const scene &) {
  std::setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
  return done(std::printf("{ late garbage") > 0);
}

} // namespace

deeds process_deeds() {
  return {
    {"unblock", unblock}, {"block", block}, {"handlers", handlers}, {"defaults", defaults}, {"ignore", ignore},
        {"setlocale", set_locale}, {"cpp_locale", cpp_locale}, {"deadly_locale", deadly_locale},
        {"throw_deadly", throw_deadly}, {"lose_environment", lose_environment}, {"log_without_room", log_without_room},
        {"chdir", change_folder}, {"chdir_and_throw", change_folder_and_throw}, {"chdir_later", change_folder_later},
        {"say_folder", say_folder}, {"umask", change_umask}, {"close_output", close_output},
        {"replace_output", replace_output}, {"close_all", close_all}, {"replace_sockets", replace_sockets},
        {"limits", lower_limits}, {"cross_sockets_later", cross_sockets_later},
        {"replace_sockets_later", replace_sockets_later}, {"no_pending_signals", no_pending_signals},
        {"no_more_threads", no_more_threads}, {"no_more_threads_and_hang", no_more_threads_and_hang},
        {"round_upwards", round_upwards}, {"trap_floats", trap_floats}, {"flush_to_zero", flush_to_zero},
#if defined(__x86_64__)
        {"direction", direction}, {"alignment_check", alignment_check},
#endif
        {"take_signal_stack", take_signal_stack}, {"lock_stderr", lock_stderr},
        {"lock_stderr_and_hang", lock_stderr_and_hang}, {"close_stderr", close_stderr},
        {"buffer_stderr", buffer_stderr}, {"fork", fork_and_return}, {"raw_fork", raw_fork_and_return},
        {"raw_fork_crash", raw_fork_and_crash}, {"fork_exit", fork_and_exit}, {"fork_terminate", fork_and_terminate},
        {"setenv", set_variable}, {"garbage", garbage}, {
      "late_garbage", late_garbage
    }
  };
}

} // namespace hostile
