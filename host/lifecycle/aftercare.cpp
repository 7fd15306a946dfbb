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

void aftercare::add(const plugin::binding &b) {
  const auto same_plugin = [&b](const plugin::binding *x) { return x->owner == b.owner; };
  if (std::none_of(since_.begin(), since_.end(), same_plugin)) since_.push_back(&b);
}

bool aftercare::told_apart(const plugin::binding &b) const {
  return !known_[index(b)] || (!caught_.empty() && caught_.count(b.owner) != 0);
}

void aftercare::before(const plugin::binding &b) {
  if (!since_.empty() && told_apart(b)) look(); // what comes now is then its own doing
}

bool aftercare::due(const plugin::binding &b, clock::time_point now) {
  add(b);
  if (!told_apart(b) && now - looked_at_ < between_looks) return false;
  known_[index(b)] = true;
  looked_at_ = now;
  return true;
}

void aftercare::after(const plugin::binding &b, plugin::sql_scope scope, clock::time_point now) {
  if (scope == plugin::sql_scope::autocommit && sessions_.renew_work_lock())
    show_.warning("plugin '" + b.owner->name() + "' at " + b.phase +
                  ": it released davit's lock on the session, which davit has taken again");
  if (due(b, now)) look_at_all();
}

void aftercare::after_logged(const plugin::binding &b, clock::time_point now) {
  if (due(b, now)) look();
}

void aftercare::phase_over() {
  if (!since_.empty()) look_at_all();
}

void aftercare::put_back() {
  if (!since_.empty()) look();
}

// A handler that was given up may still call davit, and be refused, for it does not know.
void aftercare::tell_misuse() {
  for (const auto &b : plugins_.bindings())
    for (const auto &text : b.misused->news(b.owner->abandoned() ? plugin::misuse::kept_context : 0U))
      show_.warning(b.who + ": " + text);
}

void aftercare::look_at_all() {
  const candidates all = look(); // first: all else needs the process as it was
  if (!sessions_.own_sockets()) throw closed_from_inside(all);
}

error aftercare::closed_from_inside(const candidates &all) {
  error e{
      error_code::connection_lost, who(all) + ": davit's connection to the database was closed from inside",
      "the server rolls back what was not committed; a plugin must not close file descriptors that it did not open"};
  if (all.size() != 1) return e;
  e.plugin = all.front()->owner->name();
  e.handler = all.front()->what->name;
  e.phase = all.front()->phase;
  return e;
}

void aftercare::name_culprit(error &e) const {
  if (e.code != error_code::connection_lost || since_.empty() || sessions_.own_sockets()) return;
  error named = closed_from_inside(since_);
  named.where = std::move(e.where);
  named.state = std::move(e.state);
  e = std::move(named);
}

std::string aftercare::who(const candidates &all) {
  if (all.size() == 1) return "plugin '" + all.front()->owner->name() + "' at " + all.front()->phase;
  std::string out = "one of the plugins ";
  for (const auto *b : all) out += (b == all.front() ? "'" : ", '") + b->owner->name() + "'";
  return out + " at " + all.front()->phase;
}

aftercare::candidates aftercare::look() {
  tell_misuse();
  candidates all;
  all.swap(since_);
  auto &before = all.front()->owner->shared().process;
  if (!before) return all;
  const std::string someone = who(all);
  plugin::leave_if_forked(someone);
  const auto changed = before->restore(someone);
  if (changed.empty()) return all;
  for (const auto *b : all) caught_.insert(b->owner);
  const std::string text = someone + ": " + plugin::describe_changes(changed);
  if (said_.insert(text).second) show_.warning(text);
  return all;
}

} // namespace davit::lifecycle
