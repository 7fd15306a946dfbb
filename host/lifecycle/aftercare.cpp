#include "lifecycle/aftercare.hpp"

#include "plugin/forked_child.hpp"

#include <algorithm>
#include <ctime>

namespace davit::lifecycle {
namespace {

// Changes once in a few milliseconds; reading it costs next to nothing.
std::int64_t tick() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

} // namespace

std::size_t aftercare::index(const plugin::binding &b) const {
  return static_cast<std::size_t>(&b - plugins_.bindings().data());
}

void aftercare::before(const plugin::binding &b) {
  if (first_time(b) && !since_.empty()) look(); // what comes now is then its own doing
}

bool aftercare::due(const plugin::binding &b) {
  const bool listed =
      std::any_of(since_.begin(), since_.end(), [&](const plugin::binding *x) { return x->owner == b.owner; });
  if (!listed) since_.push_back(&b);
  const auto now = tick();
  if (!first_time(b) && now == looked_at_) return false;
  known_[index(b)] = true;
  looked_at_ = now;
  return true;
}

void aftercare::after(const plugin::binding &b, plugin::sql_scope scope) {
  if (scope == plugin::sql_scope::autocommit && sessions_.renew_work_lock())
    show_.warning("plugin '" + b.owner->name() + "' at " + b.phase +
                  ": it released davit's lock on the session, which davit has taken again");
  if (!due(b)) return;
  const bool own = sessions_.own_sockets();
  const std::string someone = own ? "" : who();
  look();
  if (own) return;
  error e(
      error_code::connection_lost, someone + ": davit's connection to the database was closed from inside",
      "the server rolls back what was not committed; a plugin must not close file descriptors that it did not open");
  e.plugin = b.owner->name();
  e.handler = b.what->name;
  e.phase = b.phase;
  throw e;
}

void aftercare::after_failure(const plugin::binding &b) {
  if (due(b)) look();
}

void aftercare::settle() {
  if (!since_.empty()) look();
}

std::string aftercare::who() const {
  if (since_.size() == 1) return "plugin '" + since_.front()->owner->name() + "' at " + since_.front()->phase;
  std::string out = "one of the plugins ";
  for (const auto *b : since_) out += (b == since_.front() ? "'" : ", '") + b->owner->name() + "'";
  return out;
}

void aftercare::look() {
  const std::string someone = who();
  auto &before = since_.front()->owner->shared().process;
  since_.clear();
  if (!before) return;
  plugin::leave_if_forked(someone);
  const auto changed = before->restore();
  if (changed.empty()) return;
  const std::string text = someone + ": " + plugin::describe_changes(changed);
  if (said_.insert(text).second) show_.warning(text);
}

} // namespace davit::lifecycle
