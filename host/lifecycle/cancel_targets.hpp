// The sessions whose statements a deadline or a signal cancels, from the supervising thread.
#pragma once

#include "postgres/cancel_handle.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace davit::lifecycle {

class cancel_targets {
public:
  void add(const postgres::cancel_handle &handle);
  void remove(const postgres::cancel_handle &handle); // waits while it is being used
  // Cancels what each of them runs; returns why a request was not delivered, or nothing.
  std::string cancel_all();

private:
  std::mutex mutex_;
  std::vector<const postgres::cancel_handle *> handles_;
};

} // namespace davit::lifecycle
