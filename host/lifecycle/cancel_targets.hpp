// The sessions whose statements a deadline or a signal cancels, from the supervising thread.
#pragma once

#include "postgres/connection.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace davit::lifecycle {

class cancel_targets {
public:
  using handle = std::shared_ptr<const postgres::cancel_handle>;

  void add(handle h);
  void remove(const handle &h);
  // Cancels what each of them runs; returns why a request was not delivered, or nothing. Waits a second at most: a
  // server that does not answer must not keep the caller from watching for further signals.
  std::string cancel_all();

private:
  std::mutex mutex_;
  std::vector<handle> handles_;
};

} // namespace davit::lifecycle
