// What happened in a run, kept in memory until there is a ledger to write it to, and never written inside a handler
// call.
#pragma once

#include "ledger/ledger.hpp"

#include <vector>

namespace davit::lifecycle {

class journal {
public:
  void add(ledger::hook_call call) { calls_.push_back(std::move(call)); }
  const std::vector<ledger::hook_call> &pending() const { return calls_; }
  void written() { calls_.clear(); }

private:
  std::vector<ledger::hook_call> calls_;
};

} // namespace davit::lifecycle
