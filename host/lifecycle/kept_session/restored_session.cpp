#include "lifecycle/kept_session/restored_session.hpp"

#include "lifecycle/kept_session/lost_with_session.hpp"
#include "sql/changed_setting.hpp"
#include "sql/characters.hpp"
#include "sql/session_object.hpp"
#include "sql/token_reader.hpp"

#include <utility>

namespace davit::lifecycle {
namespace {

using verb = sql::session_object::verb;

// What is kept of a session says more of such a setting than the statement does.
bool sets_what_is_kept(const migration::statement &st) {
  const auto name = sql::changed_setting(st.text);
  return !name.empty() && name != "role" && name != "session_authorization" && name.find('.') == std::string::npos;
}

// RESET, SET … TO DEFAULT, DISCARD ALL: back to what the session has begun with.
bool resets(const migration::statement &st, const std::string &name) {
  sql::token_reader reader(st.text);
  if (reader.accept({"discard", "all"})) return true;
  const auto changed = sql::changed_setting(st.text);
  if (changed != sql::all_settings && !sql::equals_keyword(name, changed)) return false;
  bool to_default = reader.is("reset");
  for (; !reader.at_end(); reader.advance()) to_default = to_default || reader.is("default");
  return to_default;
}

// What statements behind the kept stop have set or reset since: what they found of it counts no more.
void add_set_since(std::set<std::string> &out, const migration::script &s, const std::vector<std::size_t> &repeatable,
                   std::uint32_t kept_after) {
  for (const auto i : repeatable) {
    if (i < kept_after) continue;
    const auto &text = s.statements[i].text;
    if (auto name = sql::changed_setting(text); !name.empty()) out.insert(std::move(name));
    if (sql::token_reader(text).accept({"discard", "all"}))
      out.insert({std::string(sql::all_settings), "role", "session_authorization"});
  }
}

} // namespace

restored_session::restored_session(const run_parts &parts, const migration::step &step, const migration::script &script,
                                   const std::function<void(const migration::statement &)> &execute)
    : p_(parts), step_(step), script_(script), execute_(execute),
      effects_(migration::session_effects_of_first(script, step.skip_statements)) {}

// What was kept is set first, for what is prepared may need it, and again behind the statements that it was kept after.
void restored_session::restore() {
  if (!step_.session.json.empty()) then_ = read_kept_session(step_.session.json);
  if (then_) set_kept(true);
  repeat_those(true);
  if (then_) set_kept(false);
  repeat_those(false);
  for (const auto &text : lost_with_session(p_.sessions.lock(), script_,
                                            {step_.skip_statements, step_.session, step_.stopped_as, step_.begun_as}))
    p_.show.warning(text);
}

void restored_session::set_kept(bool first) try {
  p_.stop.check();
  if (first) {
    auto anew = migration::set_anew_behind(script_, step_.skip_statements);
    add_set_since(anew, script_, effects_.repeatable, step_.session.after);
    again_.emplace(p_.sessions.run(), *then_, std::move(anew), script_.bytes);
  }
  const auto otherwise = again_->settings();
  if (first) return tell(otherwise);
  again_->roles();
  again_->own(p_.settings.database);
} catch (postgres::server_error &e) {
  std::string hint = "what follows the stop may need it: make that possible";
  const std::string refused = again_ ? again_->refused() : std::string();
  if (!refused.empty() && e.sqlstate == postgres::sqlstate::insufficient_privilege)
    hint += " with GRANT SET ON PARAMETER " + refused + " TO " + p_.sessions.run().user() +
            ", which PostgreSQL 15 and newer know, or connect as a role that may set it";
  else if (!refused.empty())
    hint += "; or let RESET " + refused +
            ", or what else sets it, be the first statement behind the stop, and davit "
            "repair " +
            step_.files.id.text() + " --resume again";
  hint += "; or " + go_on_by_hand();
  e.hint = e.hint.empty() ? hint : e.hint + "; " + hint;
  e.where = {script_.file.string(), 0, 0};
  throw;
}

void restored_session::repeat_those(bool before_kept) {
  for (std::size_t k = 0; k < effects_.repeatable.size(); ++k) {
    const auto i = effects_.repeatable[k];
    const auto &st = script_.statements[i];
    const bool before = !then_ || i < step_.session.after;
    if (before == before_kept) repeat(st, effects_.overtaken[k] || (then_ && before && sets_what_is_kept(st)));
  }
}

void restored_session::repeat(const migration::statement &st, bool overtaken) try {
  const auto object = sql::session_object_of(st.text);
  if (overtaken && object.what == verb::prepare) return; // it is deallocated, and what it names may be gone
  if (again_ && object.what == verb::prepare) again_->settings_of_prepared(object.name);
  execute_(st);
} catch (postgres::server_error &e) {
  if (overtaken && p_.sessions.run().alive() && !p_.stop.raised()) return; // what follows it sets that anew
  const std::string hint = "it was run before the stop, and is run again because what follows may need what it makes "
                           "of its session: make that possible, let a statement that sets it anew (RESET, DEALLOCATE "
                           "ALL) be the first one behind the stop, or " +
                           go_on_by_hand();
  e.hint = e.hint.empty() ? hint : e.hint + "; " + hint;
  throw;
}

void restored_session::tell(const changed_beginnings &otherwise) {
  const std::string rest = " for the rest of " + step_.files.title();
  const std::string now = "sessions begin with another value now (ALTER DATABASE, ALTER ROLE or PGOPTIONS)";
  for (const auto &name : otherwise.set_back) {
    const auto reset = reset_behind(name);
    p_.show.warning(name + " is" + rest + " what it was before the stop, until it is reset" +
                    (reset.empty() ? "" : " (" + reset + ")") + ", which leads to another value: " + now);
  }
  for (const auto &name : otherwise.left)
    p_.show.warning(name + " is" + rest + " not what it was before the stop: " + now +
                    ", and this role may not set it");
  if (!otherwise.not_asked.empty())
    p_.show.warning(
        "whether sessions begin with other settings with a dot in their names now than before the stop of " +
        step_.files.title() + " could not all be asked: " + otherwise.not_asked);
  for (const auto &name : otherwise.emptied)
    p_.show.warning(name + " is" + rest + " empty: the session that stopped did not have it, but " + now);
}

// Where the rest of the file, as far as its own text shows it, goes back to what the session has begun with.
std::string restored_session::reset_behind(const std::string &name) const {
  for (auto i = std::size_t{step_.skip_statements}; i < script_.statements.size(); ++i) {
    if (resets(script_.statements[i], name)) return to_string(migration::place_in(script_, script_.statements[i], 0));
  }
  return {};
}

std::string restored_session::go_on_by_hand() const {
  return "complete the file by hand and say so with davit repair " + step_.files.id.text() +
         (step_.up ? " --applied" : " --reverted");
}

} // namespace davit::lifecycle
