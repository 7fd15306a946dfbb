// A server that lets clients in and never says a word.
#pragma once

#include <string>

namespace davit::test {

class silent_server {
public:
  silent_server(); // on the loopback address
  ~silent_server();
  silent_server(const silent_server &) = delete;
  silent_server &operator=(const silent_server &) = delete;

  std::string url() const;
  // Throws std::runtime_error if none comes.
  void wait_for_client() const;

private:
  int socket_;
};

} // namespace davit::test
