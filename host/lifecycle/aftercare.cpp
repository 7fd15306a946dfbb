#include "lifecycle/aftercare.hpp"

#include "plugin/forked_child.hpp"

#include <algorithm>
#include <utility>

namespace davit::lifecycle {
namespace {

constexpr std::chrono::milliseconds between_looks{1};

} // namespace

std::size_t aftercare::index(const plugin::binding &b) const {
  return static_cast<std::size_t>(&b - plugins_.bindings().data());
}

void aftercare::before(const plugin::binding &b) {
  if (first_time(b) && !since_.empty()) look(); // what comes now is then its own doing
}

bool aftercare::due(const plugin::binding &b, clock::time_point now) {
  const auto same_plugin = [&b](const plugin::binding *x) { return x->owner == b.owner; };
  if (std::none_of(since_.begin(), since_.end(), same_plugin)) since_.push_back(&b);
  if (!first_time(b) && now - looked_at_ < between_looks) return false;
  known_[index(b)] = true;
  looked_at_ = now;
  return true;
}

void aftercare::after(const plugin::binding &b, plugin::sql_scope scope, clock::time_point now) {
  if (scope == plugin::sql_scope::autocommit && sessions_.renew_work_lock())
    show_.warning("plugin '" + b.owner->name() + "' at " + b.phase +
                  ": it released davit's lock on the session, which davit has taken again");
  if (!due(b, now)) return;
  const std::string someone = who();
  look(); // first: all else needs the process as it was
  if (sessions_.own_sockets()) return;
  error e = closed_from_inside(someone);
  e.plugin = b.owner->name();
  e.handler = b.what->name;
  e.phase = b.phase;
  throw e;
}

void aftercare::after_failure(const plugin::binding &b, clock::time_point now) {
  if (due(b, now)) look();
}

void aftercare::settle() {
  if (!since_.empty()) look();
}

error aftercare::closed_from_inside(const std::string &someone) {
  return {
      error_code::connection_lost, someone + ": davit's connection to the database was closed from inside",
      "the server rolls back what was not committed; a plugin must not close file descriptors that it did not open"};
}

void aftercare::name_culprit(error &e) const {
  if (e.code != error_code::connection_lost || !e.plugin.empty() || since_.empty() || sessions_.own_sockets()) return;
  error named = closed_from_inside(who());
  named.where = std::move(e.where);
  named.state = std::move(e.state);
  e = std::move(named);
  if (since_.size() == 1) e.plugin = since_.front()->owner->name();
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
  const auto changed = before->restore(someone);
  if (changed.empty()) return;
  const std::string text = someone + ": " + plugin::describe_changes(changed);
  if (said_.insert(text).second) show_.warning(text);
}

} // namespace davit::lifecycle
