#include "lifecycle/supervision/cancel_targets.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

namespace davit::lifecycle {
namespace {

constexpr std::chrono::seconds patience{5}; // with a server that takes connections, but does not answer
constexpr std::chrono::seconds longest_wait{1};
constexpr std::chrono::milliseconds between_looks{10};

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

std::string cancel_targets::cancel(reach which, const go_on &wait) {
  std::vector<handle> handles;
  const auto counted = traffic_;
  {
    const std::lock_guard lock(mutex_);
    if (which == reach::work && work_is_over_) return {};
    for (const auto &t : targets_)
      if (which != reach::handler || t.dispensable) handles.push_back(t.session);
    const std::lock_guard counting(counted->mutex);
    ++counted->under_way;
  }
  const auto arrived = [counted] {
    {
      const std::lock_guard lock(counted->mutex);
      --counted->under_way;
    }
    counted->arrived.notify_all();
  };
  // A request is a connection of its own, and libpq has no timeout for it.
  const auto answer = std::make_shared<std::promise<std::string>>();
  auto done = answer->get_future();
  const auto why = std::make_shared<std::string>();
  const auto deliver = [handles, why] { *why = request_all(handles); };
  const auto tell = [answer, arrived, why] {
    arrived();
    answer->set_value(*why);
  };
  try {
    std::thread([deliver, tell] {
      deliver();
      tell();
    }).detach();
  } catch (const std::system_error &) {
    if (!spare_.take(deliver, tell)) {
      arrived();
      return "the server does not answer the request before this one, and no further thread can be had";
    }
  }
  const auto end = clock::now() + longest_wait;
  while (done.wait_for(between_looks) != std::future_status::ready) {
    if (wait && !wait()) return {};
    if (clock::now() >= end) return "the server does not answer";
  }
  return done.get();
}

std::string cancel_targets::cancel_work(const go_on &wait) { return cancel(reach::work, wait); }
std::string cancel_targets::cancel_handler(const go_on &wait) { return cancel(reach::handler, wait); }
std::string cancel_targets::cancel_all() { return cancel(reach::all, {}); }

void cancel_targets::settle() {
  std::unique_lock lock(traffic_->mutex);
  traffic_->arrived.wait_for(lock, patience, [this] { return traffic_->under_way == 0; });
}

void cancel_targets::work_is_over() {
  {
    const std::lock_guard lock(mutex_);
    work_is_over_ = true;
  }
  settle();
}

} // namespace davit::lifecycle
