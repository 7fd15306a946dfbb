#include "support/proxy_session.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace davit::test {

using fate = verdict::fate;

proxy_session::proxy_session(std::size_t number, int client, int server, const proxy_options &options)
    : options_(options), client_(client), server_(server), buffer_(1U << 16) {
  about_.number = number;
}

proxy_session::~proxy_session() {
  ::close(client_);
  ::close(server_);
}

// Where a side is closed, its socket stays until the end of the session: its number must not be used again before.
void proxy_session::cut() {
  ::shutdown(client_, SHUT_RDWR);
  ::shutdown(server_, SHUT_RDWR);
  over_ = true;
}

void proxy_session::leave_client() {
  ::shutdown(client_, SHUT_RDWR);
  client_open_ = false;
  to_server_.end(clock::now() + options_.delay + later_);
}

void proxy_session::watch(std::vector<pollfd> &out) {
  watched_ = out.size();
  const auto add = [&out](int fd, bool read, bool write) {
    const int events = (read ? POLLIN : 0) | (write ? POLLOUT : 0);
    out.push_back({events != 0 ? fd : -1, static_cast<short>(events), 0}); // poll() passes over -1
  };
  add(client_, client_open_ && !to_server_.full(), client_open_ && to_client_.blocked());
  add(server_, server_open_ && !to_client_.full(), server_open_ && to_server_.blocked());
}

proxy_session::clock::time_point proxy_session::next() const { return std::min(to_server_.next(), to_client_.next()); }

proxy_session::reading proxy_session::read(int fd, std::string_view &bytes) {
  const auto n = ::recv(fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (n > 0) bytes = {buffer_.data(), static_cast<std::size_t>(n)};
  if (n > 0) return reading::some;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? reading::none : reading::end;
}

void proxy_session::read_client() {
  std::string_view bytes;
  switch (read(client_, bytes)) {
  case reading::none: return;
  case reading::end:
    client_open_ = false;
    to_server_.end(clock::now() + options_.delay);
    return;
  case reading::some: break;
  }
  const auto due = clock::now() + options_.delay;
  if (!options_.from_client && !options_.from_server) {
    to_server_.add(bytes, due);
    return;
  }
  from_client_.add(bytes);
  while (client_open_ && !over_)
    if (const auto m = from_client_.next())
      client_message(*m, due);
    else
      return;
}

void proxy_session::client_message(const message &m, clock::time_point due) {
  if (m.type == 0) about_.application = m.application();
  if (!last_request_) {
    const verdict v = options_.from_client ? options_.from_client(about_, m) : verdict::pass();
    outage_ = outage_ || v.outage;
    if (v.what == fate::drop) return;
    if (v.what == fate::cut) return cut();
    last_request_ = v.what == fate::cut_client;
    later_ = v.later;
  }
  to_server_.add(m.raw, due + later_);
  if (last_request_ && m.ends_request()) leave_client();
}

void proxy_session::read_server() {
  std::string_view bytes;
  switch (read(server_, bytes)) {
  case reading::none: return;
  case reading::end:
    server_open_ = false;
    to_client_.end(clock::now() + options_.delay);
    return;
  case reading::some: break;
  }
  const auto due = clock::now() + options_.delay;
  if (!options_.from_client && !options_.from_server) {
    to_client_.add(bytes, due);
    return;
  }
  from_server_.add(bytes);
  while (const auto m = from_server_.next()) {
    const verdict v = options_.from_server ? options_.from_server(about_, *m) : verdict::pass();
    outage_ = outage_ || v.outage;
    if (v.what == fate::cut) return cut();
    if (v.what == fate::cut_client) {
      ::shutdown(client_, SHUT_RDWR);
      client_open_ = false;
      return;
    }
    if (v.what == fate::pass) to_client_.add(m->raw, due);
  }
}

void proxy_session::step(const std::vector<pollfd> &polled) {
  if (over_ || watched_ == 0) return; // or it has only just begun
  constexpr int readable = POLLIN | POLLHUP | POLLERR;
  if ((polled[watched_].revents & readable) != 0) read_client();
  if (!over_ && (polled[watched_ + 1].revents & readable) != 0) read_server();
  if (over_) return;
  const auto now = clock::now();
  to_server_.flush(server_, now);
  to_client_.flush(client_, now);
  if (to_server_.ended() || to_client_.ended()) cut();
}

} // namespace davit::test
