#include "lifecycle/kept_session/lost_with_session.hpp"

#include "lifecycle/kept_session/kept_session.hpp"
#include "lifecycle/kept_session/session_setters.hpp"
#include "migration/session_effects.hpp"
#include "sql/session_object.hpp"
#include "sql/session_reach.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace davit::lifecycle {
namespace {

using migration::script;
using migration::session_effects;

std::string at(const script &s, std::size_t i) { return to_string(migration::place_in(s, s.statements[i], 0)); }

std::string gone(const script &s, std::size_t i, const std::string &what, bool settings_are_kept) {
  return at(s, i) + ": what " + what + " may have left in its session (a temporary table, a cursor, a setting" +
         (settings_are_kept ? " of a name with a dot" : "") +
         ") is gone, and what follows the stop runs without it: repeat it there if it is needed";
}

std::string begun_otherwise(const script &s, std::size_t i) {
  return at(s, i) + ": with this statement sessions begin otherwise than the one that stopped did, and so does the one "
                    "that goes on: set what is needed behind the stop";
}

class search {
public:
  search(postgres::connection &c, const script &s, const stopped_session &then)
      : c_(c), s_(s), then_(then), effects_(migration::session_effects_of_first(s, then.after)) {
    if (!then.kept.json.empty()) kept_ = read_kept_session(then.kept.json);
  }

  std::vector<std::string> all() {
    about_user();
    by_statement();
    unknown();
    if (kept_) {
      objects();
      withheld();
      named_at_run_time();
    }
    return std::move(out_);
  }

private:
  bool settings_are_kept(std::size_t i) const { return kept_ && i < then_.kept.after; }
  bool all_is_kept(std::size_t i) const { return settings_are_kept(i) && kept_->asked_for_more; }

  // What it creates belongs to the role that a session works as: the one that is connected, where it is known to have
  // taken no other, else the one that sessions begin as.
  void about_user() {
    if (kept_ && (!kept_->user.empty() || kept_->role != "none")) return; // it was, and will be, another one
    const bool as_connected = kept_ || then_.role.empty();
    const std::string &then = as_connected ? then_.user : then_.role;
    const std::string now = as_connected ? c_.user() : c_.role();
    if (then.empty() || then == now) return;
    const auto connected = [](const std::string &user, const std::string &role) {
      return user + (role == user ? std::string() : ", working as " + role);
    };
    const bool same_login = then_.user == c_.user();
    out_.push_back("the session that stopped was connected as " + connected(then_.user, then) + ", this one is as " +
                   connected(c_.user(), now) + ": what is created behind the stop belongs to " + now +
                   ", and \"$user\" in search_path is another schema; to go on as before, " +
                   (same_login ? "let SET ROLE " + postgres::quote_identifier(then) +
                                     " be the first statement behind the stop, or " + "let sessions of " + then_.user +
                                     " begin as " + then + " again (ALTER ROLE, PGOPTIONS)"
                               : "connect as " + then_.user));
  }

  void by_statement() {
    std::map<std::size_t, std::string> found; // in the order of the file
    for (const auto i : effects_.lost)
      if (!all_is_kept(i)) found.emplace(i, gone(s_, i, "this statement", settings_are_kept(i)));
    std::vector<std::size_t> others;
    for (const auto i : effects_.others) {
      if (all_is_kept(i)) continue;
      if (!settings_are_kept(i) && sql::changes_new_sessions(s_.statements[i].text))
        found.emplace(i, begun_otherwise(s_, i));
      others.push_back(i);
    }
    const session_setters setters(c_, s_, others);
    for (const auto i : others)
      if (const auto name = setters.called_by(s_.statements[i], settings_are_kept(i)); !name.empty())
        found.emplace(i, gone(s_, i, "this statement, by calling " + name + "(),", settings_are_kept(i)));
    for (auto &[i, text] : found) out_.push_back(std::move(text));
  }

  void unknown() {
    const auto i = std::find_if(effects_.others.begin(), effects_.others.end(), [this](std::size_t one) {
      return !settings_are_kept(one) && sql::may_run_code(s_.statements[one].text);
    });
    if (i != effects_.others.end())
      out_.push_back(at(s_, *i) + ": what functions, triggers, defaults or views have set for the session from here on "
                                  "(search_path, a role, a time zone) is not known, for the one that stopped could not "
                                  "be asked, or its answer not be kept: it is not set again; see whether any did, and "
                                  "set that behind the stop");
    if (kept_ && !kept_->not_asked.empty())
      out_.push_back("not all settings with a dot in their names could be asked of the session that stopped (" +
                     kept_->not_asked + "): see whether one was set that is needed, and set it behind the stop");
  }

  // What the file's own PREPARE and LISTEN made is made again.
  bool comes_back(const kept_session::object &one) const {
    using verb = sql::session_object::verb;
    for (std::size_t k = 0; k < effects_.repeatable.size(); ++k) {
      if (effects_.overtaken[k]) continue;
      const auto object = sql::session_object_of(s_.statements[effects_.repeatable[k]].text);
      if (object.name == one.name && ((object.what == verb::prepare && one.kind == "prepared statement") ||
                                      (object.what == verb::listen && one.kind == "channel")))
        return true;
    }
    return false;
  }

  void objects() {
    std::string list;
    for (const auto &one : kept_->objects)
      if (!comes_back(one)) list += (list.empty() ? "" : ", ") + one.kind + " " + one.name;
    if (!list.empty())
      out_.push_back("what the session that stopped had of its own is gone with it, and what follows the stop runs "
                     "without it: " +
                     list + "; make it again behind the stop if it is needed");
  }

  void withheld() {
    for (const auto &name : kept_->withheld)
      out_.push_back("in the session that stopped " + name +
                     " was set, whose value was not kept, for it may be a secret: set it behind the stop if it is "
                     "needed and not set before");
  }

  void named_at_run_time() {
    if (!kept_->asked_for_more) return;
    std::vector<std::size_t> places;
    std::vector<std::string> texts;
    for (const auto *of : {&effects_.repeatable, &effects_.lost, &effects_.others})
      for (const auto i : *of)
        if (all_is_kept(i) && !sql::token_reader(s_.statements[i].text).is("create")) {
          places.push_back(i);
          texts.emplace_back(s_.statements[i].text);
        }
    std::string who;
    for (const auto i : naming_at_run_time(c_, texts)) who += (who.empty() ? "" : ", ") + at(s_, places.at(i));
    const bool calls = !effects_.lost.empty() ||
                       std::any_of(effects_.others.begin(), effects_.others.end(),
                                   [this](std::size_t i) { return sql::may_run_code(s_.statements[i].text); });
    for (const auto &name : calls ? routines_naming_at_run_time(c_) : std::vector<std::string>())
      who += (who.empty() ? "" : ", ") + name + "()";
    if (!who.empty())
      out_.push_back("a setting with a dot in its name is not known, and not set again, where its name stands in no "
                     "text as a whole but was put together, as " +
                     who + " may do: set it behind the stop if it is needed");
  }

  postgres::connection &c_;
  const script &s_;
  const stopped_session &then_;
  const session_effects effects_;
  std::optional<kept_session> kept_;
  std::vector<std::string> out_;
};

} // namespace

std::vector<std::string> lost_with_session(postgres::connection &c, const migration::script &s,
                                           const stopped_session &then) {
  return search(c, s, then).all();
}

std::string kept_of_session(const stopped_session &then) {
  if (then.kept.json.empty() || then.after == 0) return {};
  return "what its session was set to is kept, and set again with --resume; a setting with a dot in its name is found "
         "only where that name stands as a whole in the file, in code of the database, or in what sessions begin with";
}

} // namespace davit::lifecycle
