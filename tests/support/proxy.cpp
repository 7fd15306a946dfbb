#include "support/proxy.hpp"

#include "support/proxy_session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace davit::test {
namespace {

using clock = std::chrono::steady_clock;

constexpr const char *socket_name = ".s.PGSQL.5432"; // what libpq looks for in a folder

int checked(int result, const char *what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_un address_of(const std::string &path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.size() >= sizeof a.sun_path) throw std::runtime_error("too long for a socket: " + path);
  std::memcpy(a.sun_path, path.c_str(), path.size() + 1);
  return a;
}

template <typename F> int with_address(const std::string &path, F call) {
  const sockaddr_un a = address_of(path);
  return call(reinterpret_cast<const sockaddr *>(&a), static_cast<socklen_t>(sizeof a));
}

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

} // namespace

proxy::proxy(const std::filesystem::path &server_folder, proxy_options options)
    : options_(std::move(options)), target_(server_folder / socket_name), listener_(checked(new_socket(), "socket")),
      wakener_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
  try {
    checked(with_address(folder() / socket_name, [this](auto *a, auto size) { return ::bind(listener_, a, size); }),
            "bind");
    checked(::listen(listener_, 64), "listen");
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::close(listener_);
    ::close(wakener_);
    throw;
  }
}

proxy::~proxy() {
  stop_ = true;
  cut();
  thread_.join();
  ::close(listener_);
  ::close(wakener_);
}

std::string proxy::url(std::string_view database) const {
  return "postgresql:///" + std::string(database) + "?host=" + folder().string() + "&user=postgres";
}

void proxy::cut() {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto &s : sessions_) s->cut();
  }
  const std::uint64_t one = 1;
  checked(static_cast<int>(::write(wakener_, &one, sizeof one)), "waking the proxy");
}

void proxy::refuse(bool all) { refuse_ = all; }

void proxy::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return; // gone again
  const std::size_t number = accepted_++;
  const int server = refuse_ ? -1 : new_socket();
  if (server < 0 || with_address(target_, [&](auto *a, auto size) { return ::connect(server, a, size); }) < 0) {
    ::close(client);
    if (server >= 0) ::close(server);
    return;
  }
  sessions_.push_back(std::make_unique<proxy_session>(number, client, server, options_));
}

// Until a socket has something, or bytes are due.
void proxy::wait(std::vector<pollfd> &all) {
  all = {{listener_, POLLIN, 0}, {wakener_, POLLIN, 0}};
  auto next = clock::time_point::max();
  {
    const std::scoped_lock lock(mutex_);
    for (const auto &s : sessions_) {
      s->watch(all);
      next = std::min(next, s->next());
    }
  }
  const auto left = std::chrono::nanoseconds(next - std::min(next, clock::now()));
  const timespec t{static_cast<time_t>(left.count() / 1'000'000'000), static_cast<long>(left.count() % 1'000'000'000)};
  ::ppoll(all.data(), all.size(), next == clock::time_point::max() ? nullptr : &t, nullptr);
}

void proxy::run() {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); // a delay is to be exact
  for (std::vector<pollfd> polled; !stop_;) {
    wait(polled);
    const std::scoped_lock lock(mutex_);
    for (const auto &s : sessions_) {
      s->step(polled);
      if (!s->take_outage()) continue;
      refuse_ = true;
      for (const auto &other : sessions_)
        if (other != s) other->cut();
    }
    std::erase_if(sessions_, [](const auto &s) { return s->over(); });
    std::uint64_t count = 0;
    if (polled[1].revents != 0) (void)!::read(wakener_, &count, sizeof count); // its value says nothing
    if (polled[0].revents != 0) accept();
  }
}

} // namespace davit::test
