#include "support/delayed_pipe.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace davit::test {

void delayed_pipe::flush(int fd, clock::time_point now) {
  blocked_ = false;
  while (!chunks_.empty() && chunks_.front().due <= now) {
    const std::string &bytes = chunks_.front().bytes;
    if (bytes.empty()) {
      ended_ = true;
    } else {
      const auto n = ::send(fd, bytes.data() + written_, bytes.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) {
        blocked_ = true;
        return;
      }
      written_ = n < 0 ? bytes.size() : written_ + static_cast<std::size_t>(n);
      if (written_ < bytes.size()) continue;
    }
    held_ -= bytes.size();
    written_ = 0;
    chunks_.pop_front();
  }
}

} // namespace davit::test
