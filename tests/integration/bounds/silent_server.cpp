#include "silent_server.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace davit::test {
namespace {

sockaddr *generic(sockaddr_in &address) { return reinterpret_cast<sockaddr *>(&address); }

} // namespace

silent_server::silent_server() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 || ::bind(socket_, generic(address), sizeof address) != 0 || ::listen(socket_, 8) != 0)
    throw std::system_error(errno, std::system_category(), "silent_server");
}

silent_server::~silent_server() { ::close(socket_); }

std::string silent_server::url() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket_, generic(address), &size) != 0)
    throw std::system_error(errno, std::system_category(), "getsockname");
  return "postgresql://nobody@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/nothing";
}

void silent_server::wait_for_client() const {
  pollfd waiting{socket_, POLLIN, 0}; // the kernel has let it in; nobody accepts it
  if (::poll(&waiting, 1, 30'000) != 1) throw std::runtime_error("no client has come");
}

} // namespace davit::test
