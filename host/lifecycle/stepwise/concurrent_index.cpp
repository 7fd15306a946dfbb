#include "lifecycle/stepwise/concurrent_index.hpp"

#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/stepwise/leftover_index.hpp"
#include "lifecycle/stepwise/wanted_index.hpp"

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

// It may become valid while davit waits for who builds it.
bool concurrent_index::was_completed(const stop &at) {
  if (is_there(at)) return true;
  drop_leftovers();
  return is_there(at);
}

bool concurrent_index::is_there(const stop &at) {
  if (!scope_ || !scope_->has_name() || scope_->state(p_.sessions.run()) != validity::valid) return false;
  const auto found = [&] {
    const attended guard(p_.sessions, p_.stop, p_.show);
    try {
      return compare_with_wanted(p_.sessions.run(), *scope_);
    } catch (postgres::server_error &e) {
      guard.explain(e);
      throw;
    }
  }();
  const std::string index = "index " + scope_->quoted() + " is there and valid";
  if (found.is == wanted_index::likeness::same) {
    p_.show.warning(index + ": the statement that ran when the last run ended was completed");
    return true;
  }
  if (scope_->statement().if_not_exists) return false; // to the file any index of that name will do
  const std::string repair = "davit repair " + at.version + " --resume";
  const std::string counts = repair + " --after " + std::to_string(at.statement);
  const std::string otherwise = "drop or rename it, then " + repair;
  if (found.is == wanted_index::likeness::different)
    refuse(error_code::another_index, index + ", but is not what this statement builds: " + found.definition,
           otherwise + "; or, if it is to stay in place of that, " + counts);
  refuse(error_code::another_index,
         index + ", but whether it is what this statement was to build cannot be told (" + found.why +
             "): " + found.definition,
         "if it is, " + counts + "; if not, " + otherwise);
}

void concurrent_index::drop_leftovers() {
  if (!scope_) return;
  const bool certain = scope_->has_name() || scope_->statement().rebuilds();
  const leftover_index leftover{p_.sessions, p_.stop, p_.show, p_.lock_retries, *scope_};
  for (const auto &one : scope_->invalid(p_.sessions.run())) {
    if (certain)
      leftover.drop(one);
    else // the server chose its name: it may be anyone's
      p_.show.warning("index " + one.quoted() +
                      " is INVALID, perhaps left by the statement that is run again now: " + one.drop_sql());
  }
  note_before();
}

void concurrent_index::refuse_another() {
  if (!scope_) return;
  note_before();
  if (!scope_->has_name()) return;
  for (const auto &one : scope_->invalid(p_.sessions.run()))
    if (one.perhaps_built_by() == 0)
      refuse_invalid(one.quoted(),
                     "this statement has not left it, as it is now: if nobody else needs it, drop it, so that the "
                     "statement can build it: " +
                         one.drop_sql());
}

void concurrent_index::require_valid() {
  if (!scope_ || !scope_->has_name() || scope_->state(p_.sessions.run()) != validity::invalid) return;
  refuse_invalid(scope_->quoted(), "drop it, so that the statement can build it: DROP INDEX CONCURRENTLY " +
                                       scope_->quoted() + "; (unless another session is building it at this moment)");
}

void concurrent_index::refuse_invalid(const std::string &quoted, const std::string &advice) {
  refuse(error_code::invalid_index, "index " + quoted + " exists, but is INVALID: the server does not use it", advice);
}

void concurrent_index::refuse(error_code code, const std::string &what, const std::string &advice) {
  error e(code, what, advice, place_in(script_, st_, 0));
  e.excerpt = excerpt(script_, e.where);
  throw error(std::move(e));
}

// Where the name was taken the statement has built nothing.
bool concurrent_index::add_leftovers(const std::string &version, error &e) try {
  if (!scope_ || e.code == error_code::invalid_index || postgres::sqlstate::is_duplicate(e.sqlstate)) return false;
  std::string names, drops, built;
  for (const auto &one : scope_->invalid(p_.sessions.run())) {
    if (before_.contains(one.oid)) continue;
    if (one.perhaps_built_by() != 0)
      built += "; index " + one.quoted() + " is INVALID, and pid " + std::to_string(one.perhaps_built_by()) +
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
