#include "lifecycle/concurrent_index.hpp"

#include "lifecycle/attended.hpp"
#include "lifecycle/leftover_index.hpp"

namespace davit::lifecycle {
namespace {

using validity = index_scope::validity;

std::optional<index_scope> scope_of(const concurrent_index::parts &p, const migration::statement &st) {
  if (!sql::read_concurrent_index(st.text)) return std::nullopt;
  const attended guard(p.sessions, p.stop, p.show);
  return index_scope::of(p.sessions.run(), st.text);
}

std::string and_then(const std::string &hint) { return hint.empty() ? "" : "; "; }

} // namespace

concurrent_index::concurrent_index(const parts &p, const migration::script &s, const migration::statement &st)
    : p_(p), script_(s), st_(st), scope_(scope_of(p, st)) {}

void concurrent_index::note_before() {
  before_.clear();
  for (const auto &one : scope_->invalid(p_.sessions.run())) before_.insert(one.oid);
}

bool concurrent_index::was_completed() {
  if (!scope_) return false;
  auto &c = p_.sessions.run();
  const auto now = scope_->has_name() ? scope_->state(c) : validity::absent;
  if (now == validity::valid) {
    p_.show.warning("index " + scope_->quoted() +
                    " is there and valid: the statement that ran when the last run ended was completed");
    return true;
  }
  if (now == validity::not_unique)
    p_.show.warning("index " + scope_->quoted() +
                    " is there and valid, but not UNIQUE: it is not what the statement "
                    "that ran when the last run ended was to build");
  const bool certain = scope_->has_name() || scope_->statement().rebuilds();
  const leftover_index leftover{p_.sessions, p_.stop, p_.show, p_.lock_retries, *scope_};
  for (const auto &one : scope_->invalid(c)) {
    if (certain)
      leftover.drop(one);
    else // the server chose its name: it may be anyone's
      p_.show.warning("index " + one.quoted() +
                      " is INVALID, perhaps left by the statement that is run again now: " + one.drop_sql());
  }
  note_before();
  return false;
}

void concurrent_index::refuse_another() {
  if (!scope_) return;
  note_before();
  if (!scope_->has_name()) return;
  for (const auto &one : scope_->invalid(p_.sessions.run()))
    if (one.perhaps_built_by == 0)
      refuse(one.quoted(),
             "this statement has not left it, as it is now: if nobody else needs it, drop it, so that the "
             "statement can build it: " +
                 one.drop_sql());
}

void concurrent_index::require_valid() {
  if (!scope_ || !scope_->has_name() || scope_->state(p_.sessions.run()) != validity::invalid) return;
  refuse(scope_->quoted(), "drop it, so that the statement can build it: DROP INDEX CONCURRENTLY " + scope_->quoted() +
                               "; (unless another session is building it at this moment)");
}

void concurrent_index::refuse(const std::string &quoted, const std::string &advice) {
  error e(error_code::invalid_index, "index " + quoted + " exists, but is INVALID: the server does not use it", advice,
          place_in(script_, st_, 0));
  e.excerpt = excerpt(script_, e.where);
  throw error(std::move(e));
}

// Where the name was taken the statement has built nothing.
bool concurrent_index::add_leftovers(const std::string &version, error &e) try {
  if (!scope_ || e.code == error_code::invalid_index || postgres::sqlstate::is_duplicate(e.sqlstate)) return false;
  std::string names, drops, built;
  for (const auto &one : scope_->invalid(p_.sessions.run())) {
    if (before_.contains(one.oid)) continue;
    if (one.perhaps_built_by != 0)
      built += "; index " + one.quoted() + " is INVALID, and pid " + std::to_string(one.perhaps_built_by) +
               " may be building it: wait for that; if it stays INVALID, davit repair " + version + " --resume";
    else {
      names += (names.empty() ? "" : ", ") + one.quoted();
      drops += (drops.empty() ? "" : " ") + one.drop_sql();
    }
  }
  if (!names.empty())
    e.hint += and_then(e.hint) + "index " + names +
              " is left INVALID: when what was in the way is gone, davit repair " + version +
              " --resume, and davit will drop it before it runs the same statement again; by hand: " + drops;
  if (!built.empty()) e.hint += e.hint.empty() ? built.substr(2) : built;
  return !names.empty() || !built.empty();
} catch (const error &second) {
  e.hint += and_then(e.hint) + "whether an INVALID index is left could not be found out: " + second.message;
  return true;
}

} // namespace davit::lifecycle
