#include "postgres/private_server.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace davit::postgres {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto start_patience = 60s;

error failure(const std::string &what, const std::string &hint) {
  return {error_code::ephemeral, "cannot start a private PostgreSQL server: " + what, hint};
}

bool has_server(const fs::path &dir) {
  return ::access((dir / "initdb").c_str(), X_OK) == 0 && ::access((dir / "postgres").c_str(), X_OK) == 0;
}

fs::path find_bin_dir(const fs::path &wanted) {
  std::vector<fs::path> tried;
  const auto consider = [&](const fs::path &dir) {
    if (dir.empty()) return false;
    tried.push_back(dir);
    return has_server(dir);
  };
  if (consider(wanted)) return wanted;
  if (const char *env = std::getenv("DAVIT_POSTGRES_BIN"); env && wanted.empty())
    if (consider(env)) return env;
  if (tried.empty()) {
    std::vector<std::pair<int, fs::path>> installed; // Debian keeps several majors side by side
    std::error_code none;
    for (const auto &entry : fs::directory_iterator("/usr/lib/postgresql", none))
      installed.emplace_back(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
    std::sort(installed.rbegin(), installed.rend());
    for (const auto &[major, dir] : installed)
      if (consider(dir)) return dir;
    const char *path = std::getenv("PATH");
    std::string_view rest = path ? path : "";
    while (!rest.empty()) {
      const auto colon = rest.find(':');
      if (consider(std::string(rest.substr(0, colon)))) return tried.back();
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
  }
  std::string list;
  for (const auto &dir : tried) list += (list.empty() ? "" : ", ") + dir.string();
  throw failure("no initdb and postgres in " + list, "install PostgreSQL's server (Debian: apt-get install "
                                                     "postgresql-15), or set DAVIT_POSTGRES_BIN to its bin folder");
}

// The server refuses to run as root.
const passwd *unprivileged_user() {
  if (::geteuid() != 0) return nullptr;
  for (const char *name : {"postgres", "nobody"})
    if (const passwd *user = ::getpwnam(name)) return user;
  throw failure("root cannot run it, and there is no user 'postgres' or 'nobody'", "run davit as another user");
}

// Forks and execs without a shell; output goes to `log`. The child is killed when this process dies.
pid_t spawn(const std::vector<std::string> &arguments, const fs::path &log, const passwd *user) {
  std::vector<char *> argv;
  for (const auto &a : arguments) argv.push_back(const_cast<char *>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw failure(std::system_category().message(errno), "");
  if (pid > 0) return pid;
  // Only async-signal-safe calls from here on: other threads' locks may be held.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGXFSZ, SIG_DFL);
  ::setpgid(0, 0); // Ctrl-C is for davit; it stops the server when it is done with it
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (out < 0 || in < 0 || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0) ::_exit(126);
  ::close_range(3, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(126); // the caller's folder may be closed to the server's user
  if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(126);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status;
}

std::string last_words(const fs::path &log) {
  try {
    std::string text = read_file(log);
    if (text.size() > 1000) text = "…" + text.substr(text.size() - 1000);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  } catch (const std::system_error &e) {
    return "(its log cannot be read: " + std::string(e.what()) + ")";
  }
}

// Short, for a socket's path must stay below 108 bytes, and without what means something in a URL or a list of paths.
std::string folder_pattern() {
  constexpr const char *name = "/davit-pg-XXXXXX";
  const char *tmp = std::getenv("TMPDIR");
  const std::string place = tmp && *tmp ? tmp : "/tmp";
  const bool plain = std::all_of(place.begin(), place.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '/' || c == '.' || c == '-';
  });
  return (place.size() <= 64 && plain ? place : "/tmp") + name;
}

temporary_folder make_folder() try { return temporary_folder(folder_pattern()); } catch (const std::system_error &e) {
  throw failure("no temporary folder " + std::string(e.what()), "set TMPDIR");
}

} // namespace

private_server::private_server(private_server_options options)
    : options_(std::move(options)), bin_dir_(find_bin_dir(options_.bin_dir)), folder_(make_folder()) {
  const passwd *user = unprivileged_user();
  try {
    if (user && ::chown(folder().c_str(), user->pw_uid, user->pw_gid) != 0)
      throw failure("chown " + folder().string() + ": " + std::system_category().message(errno), "");
    const fs::path data = folder() / "data";
    const pid_t initdb = spawn({(bin_dir_ / "initdb").string(), "-D", data.string(), "-U", "postgres", "-A", "trust",
                                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
                               log_file(), user);
    if (wait_patiently(initdb) != 0) throw failure("initdb failed: " + last_words(log_file()), "");
    start();
  } catch (...) {
    stop(SIGQUIT);
    throw;
  }
}

private_server::~private_server() {
  stop(SIGINT); // fast shutdown: sessions are ended, transactions rolled back
  if (const auto why = folder_.remove())
    ::dprintf(STDERR_FILENO, "davit: the private server's folder %s could not be removed: %s\n", folder().c_str(),
              why.message().c_str()); // past the stream, which is a plugin's as well
}

void private_server::start() {
  std::vector<std::string> arguments{(bin_dir_ / "postgres").string(), "-D", (folder() / "data").string(), "-k",
                                     folder().string()};
  const std::vector<std::pair<std::string, std::string>> defaults{
      {"listen_addresses", ""},           {"fsync", "off"},          {"synchronous_commit", "off"},
      {"full_page_writes", "off"},        {"max_connections", "50"}, {"shared_buffers", "32MB"},
      {"max_prepared_transactions", "5"}, {"lc_messages", "C"}};
  for (const auto *list : {&defaults, &std::as_const(options_.settings)})
    for (const auto &[name, value] : *list) {
      arguments.emplace_back("-c");
      arguments.push_back(name + "=" + value);
    }
  pid_ = spawn(arguments, log_file(), unprivileged_user());
  const auto give_up = std::chrono::steady_clock::now() + start_patience;
  const std::string target = url();
  while (PQping(target.c_str()) != PQPING_OK) {
    if (int status = 0; ::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      throw failure("it ended: " + last_words(log_file()), "");
    }
    if (std::chrono::steady_clock::now() > give_up) {
      stop(SIGQUIT);
      throw failure("it does not answer: " + last_words(log_file()), "");
    }
    if (options_.while_waiting) options_.while_waiting();
    std::this_thread::sleep_for(10ms);
  }
}

int private_server::wait_patiently(pid_t child) {
  if (!options_.while_waiting) return wait_for(child);
  try {
    for (int status = 0;;) {
      if (::waitpid(child, &status, WNOHANG) == child) return status;
      options_.while_waiting();
      std::this_thread::sleep_for(10ms);
    }
  } catch (...) {
    ::kill(-child, SIGKILL); // its process group, once it has made itself one: initdb runs servers of its own
    ::kill(child, SIGKILL);
    wait_for(child);
    throw;
  }
}

void private_server::discard() noexcept {
  stop(SIGQUIT);
  folder_.remove();
}

void private_server::crash() { stop(SIGQUIT); }

void private_server::stop(int signal) noexcept {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  wait_for(pid_);
  pid_ = -1;
}

std::string private_server::url(std::string_view database) const {
  return "postgresql:///" + std::string(database) + "?host=" + folder().string() + "&user=postgres";
}

} // namespace davit::postgres
