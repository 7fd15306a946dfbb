// One connection through the proxy.
#pragma once

#include "support/delayed_pipe.hpp"
#include "support/proxy.hpp"

#include <utility>
#include <vector>

#include <poll.h>

namespace davit::test {

class proxy_session {
public:
  using clock = delayed_pipe::clock;

  // Owns both sockets.
  proxy_session(std::size_t number, int client, int server, const proxy_options &options);
  ~proxy_session();
  proxy_session(const proxy_session &) = delete;
  proxy_session &operator=(const proxy_session &) = delete;

  // Adds what poll() is to look at, two entries.
  void watch(std::vector<pollfd> &out);
  clock::time_point next() const; // when something is due, whatever the sockets say
  // Reads what is there according to poll(), and writes what is due.
  void step(const std::vector<pollfd> &polled);
  void cut();
  bool over() const { return over_; }
  // Whether all others are to be closed; asked once.
  bool take_outage() { return std::exchange(outage_, false); }

private:
  enum class reading { none, some, end };
  reading read(int fd, std::string_view &bytes);
  void read_client();
  void read_server();
  void client_message(const message &m, clock::time_point due);
  void leave_client();

  const proxy_options &options_;
  proxied about_;
  int client_, server_;
  std::size_t watched_ = 0; // where its entries are
  framer from_client_{true}, from_server_{false};
  delayed_pipe to_server_, to_client_;
  std::vector<char> buffer_;
  std::chrono::microseconds later_{0};
  bool last_request_ = false; // the client is cut when its request is complete
  bool client_open_ = true, server_open_ = true;
  bool over_ = false, outage_ = false;
};

} // namespace davit::test
