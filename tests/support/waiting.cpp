#include "support/waiting.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace davit::test {

using namespace std::chrono_literals;

void wait_until(std::string_view what, const std::function<bool()> &holds) {
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > patience) throw std::runtime_error("in vain: " + std::string(what));
    std::this_thread::sleep_for(5ms);
  }
}

void wait_until_davit_is_gone(const project &p) {
  wait_until("waiting for the end of davit's sessions", [&] {
    return p.database().sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                            "application_name LIKE 'davit %'") == "0";
  });
}

} // namespace davit::test
