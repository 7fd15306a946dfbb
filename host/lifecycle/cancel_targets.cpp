#include "lifecycle/cancel_targets.hpp"

#include <chrono>
#include <future>
#include <thread>

namespace davit::lifecycle {
namespace {

std::string request_all(const std::vector<cancel_targets::handle> &handles) {
  std::string why;
  for (const auto &h : handles)
    if (std::string bad = h->request(); !bad.empty()) why = std::move(bad);
  return why;
}

} // namespace

void cancel_targets::add(handle h, bool dispensable) {
  const std::lock_guard lock(mutex_);
  targets_.push_back({std::move(h), dispensable});
}

std::vector<std::int32_t> cancel_targets::dispensable() const {
  std::vector<std::int32_t> pids;
  const std::lock_guard lock(mutex_);
  for (const auto &t : targets_)
    if (t.dispensable) pids.push_back(t.session->backend_pid());
  return pids;
}

void cancel_targets::remove(const handle &h) {
  const std::lock_guard lock(mutex_);
  std::erase_if(targets_, [&h](const target &t) { return t.session == h; });
}

std::string cancel_targets::cancel_all() {
  std::vector<handle> handles;
  {
    const std::lock_guard lock(mutex_);
    for (const auto &t : targets_) handles.push_back(t.session);
  }
  // A request is a connection of its own, and libpq has no timeout for it.
  std::promise<std::string> answer;
  auto done = answer.get_future();
  std::thread([handles = std::move(handles), answer = std::move(answer)]() mutable {
    answer.set_value(request_all(handles));
  }).detach();
  if (done.wait_for(std::chrono::seconds(1)) == std::future_status::ready) return done.get();
  return "the server does not answer";
}

} // namespace davit::lifecycle
