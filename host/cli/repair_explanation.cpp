#include "cli/repair_explanation.hpp"

#include "base/utf8.hpp"
#include "cli/shortened.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/kept_session/kept_session.hpp"
#include "lifecycle/kept_session/lost_with_session.hpp"
#include "lifecycle/stepwise/earlier_handlers.hpp"
#include "lifecycle/stepwise/index_scope.hpp"
#include "sql/changed_setting.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using migration::stopping_point;
using nlohmann::ordered_json;

struct choice {
  std::string option;
  std::string meaning;
};

std::vector<choice> choices_for(const stopping_point &at) {
  const auto &r = at.migration;
  const std::string so_far = r.next_unsure() || r.statements_done == 0 ? "what was run"
                             : r.statements_done == 1
                                 ? "the statement that was run"
                                 : fmt::format("the {} statements that were run", r.statements_done);
  std::vector<choice> out;
  std::string resume = r.statements_done == 0 ? fmt::format("the next davit {} begins it anew", r.file())
                       : at.next ? fmt::format("the next davit {} goes on at line {}", r.file(), at.next->where.line)
                                 : fmt::format("the next davit {} goes on behind them", r.file());
  if (r.next_unsure() && r.statements_done > 0) resume += fmt::format(", with {}, from its beginning", r.unsure());
  if (at.resumable()) out.push_back({"--resume", std::move(resume)});
  if (at.resumable() && r.next_unsure())
    out.push_back(
        {fmt::format("--resume --after {}", r.statements_begun),
         fmt::format("the same behind {}: you have seen that it is done, or completed it by hand", r.unsure())});
  if (r.up) {
    out.push_back({"--applied", "it is applied: you have completed the file by hand"});
    out.push_back({"--reverted", "it is not applied: you have undone " + so_far + " by hand"});
  } else {
    out.push_back({"--applied", "it is still applied: you have undone " + so_far + " by hand"});
    out.push_back({"--reverted", "it is reverted: you have completed the down file by hand"});
  }
  return out;
}

std::string about_file(const stopping_point &at) {
  if (at.file.empty()) return "the file is gone: --resume needs it";
  if (!at.unreadable.empty()) return "the file cannot be read any more: " + at.unreadable;
  if (!at.file_changed) return {};
  switch (at.beginning) {
  case stopping_point::prefix::same:
    return "the file was changed since, but only behind what is in the database: --resume runs it as it is now";
  case stopping_point::prefix::changed:
    if (at.wrapped_since)
      return "the file would be one transaction now, and its BEGIN and COMMIT are no statements then: --resume is "
             "refused unless '-- davit: no-transaction' stands at its top";
    return "the file was changed since, what is in the database included: --resume is refused";
  case stopping_point::prefix::not_known: break;
  }
  return "the file was changed since, perhaps also what is in the database: --resume is refused";
}

lifecycle::stopped_session session_of(const stopping_point &at) {
  const auto &r = at.migration;
  return {r.statements_done, r.session, r.applied_by, r.begun_as};
}

// Without a transaction their work is committed at once.
void add_handlers(std::vector<std::string> &out, const stopping_point &at, postgres::connection &c,
                  const std::string &schema) {
  const int version = ledger::ledger(c, schema).version().value_or(0);
  ledger::earlier_attempts earlier(c, schema, version, {at.migration.id, at.migration.up, at.migration.run});
  auto said = lifecycle::about_earlier_handlers(earlier);
  std::move(said.begin(), said.end(), std::back_inserter(out));
}

// What nobody can read off the statements' numbers.
std::vector<std::string> notes_on(const stopping_point &at, postgres::connection &c, const std::string &schema) {
  std::vector<std::string> out;
  if (at.migration.next_unsure())
    out.push_back(
        at.migration.begun_failed
            ? fmt::format("{} failed, but may be done in part: look at the database", at.migration.unsure())
            : fmt::format("how much of {} was done is not known: look at the database", at.migration.unsure()));
  if (!at.resumable()) return out;
  add_handlers(out, at, c, schema);
  auto lost = lifecycle::lost_with_session(c, migration::read_script(at.file), session_of(at));
  std::move(lost.begin(), lost.end(), std::back_inserter(out));
  return out;
}

// What gives a session the search_path that the statement it stopped in is to run with.
std::vector<std::string> as_at_the_stop(const stopping_point &at) {
  std::vector<std::string> out{"SET LOCAL search_path = DEFAULT"};
  const auto &kept = at.migration.session;
  if (!kept.json.empty()) {
    const auto then = lifecycle::read_kept_session(kept.json);
    const auto set = [&out](const std::string &name, const std::string &value) {
      out.push_back("SELECT pg_catalog.set_config(" + postgres::quote_literal(name) + ", " +
                    postgres::quote_literal(value) + ", true)");
    };
    if (!then.user.empty()) set("session_authorization", then.user);
    if (!then.role.empty() && then.role != "none") set("role", then.role);
    if (const auto path = then.settings.find("search_path"); path != then.settings.end())
      set(path->first, path->second.value);
  }
  if (!at.resumable()) return out;
  const auto script = migration::read_script(at.file);
  for (std::uint32_t i = kept.json.empty() ? 0 : kept.after; i < at.migration.statements_done; ++i)
    if (const auto &text = script.statements.at(i).text; sql::changed_setting(text) == "search_path")
      out.emplace_back(text);
  return out;
}

bool is_as_it_was_sent(const stopping_point &at) {
  const auto &r = at.migration;
  return at.resumable() && r.next_unsure() &&
         (r.begun_checksum.empty() ||
          r.begun_checksum == checksum_of_first(migration::read_script(at.file), r.statements_done + 1));
}

void find_leftovers(stopped_migration &m, postgres::connection &c) {
  if (!m.at.next) return;
  const auto scope = lifecycle::index_scope::of(c, m.at.next->text, as_at_the_stop(m.at));
  if (!scope) return;
  m.leftovers = scope->invalid(c);
  if (!is_as_it_was_sent(m.at)) return;
  if (scope->has_name()) m.left_by = "that statement";
  if (scope->statement().rebuilds()) m.left_by = "a REINDEX that failed";
}

ordered_json to_json(const stopping_point::statement_at &st) {
  return {{"line", st.where.line}, {"column", st.where.column}, {"sql", st.text}};
}

} // namespace

std::vector<stopped_migration> find_stopped(const migration::folder &folder,
                                            const std::vector<migration::recorded> &recorded, postgres::connection &c,
                                            const std::string &schema) {
  std::vector<stopped_migration> out;
  for (const auto &r : recorded)
    if (migration::is_stopped(r)) {
      auto at = find_stopping_point(folder, r);
      auto notes = notes_on(at, c, schema);
      out.push_back({std::move(at), {}, {}, std::move(notes)});
    }
  for (auto &m : out) find_leftovers(m, c);
  return out;
}

std::vector<std::string> stopped_migration::about_leftovers() const {
  std::vector<std::string> out;
  for (const auto &index : leftovers) {
    const std::string what = fmt::format("index {} of table {} is INVALID", index.quoted(), index.table);
    if (index.perhaps_built_by())
      out.push_back(
          fmt::format("{}, and pid {} may be building it at this moment: wait for that before you go on; if it "
                      "stays INVALID: {}",
                      what, index.perhaps_built_by(), index.drop_sql()));
    else
      out.push_back(
          left_by.empty()
              ? fmt::format("{}, perhaps left behind by that statement: the server does not use it. See whose "
                            "it is before you go on; to drop it: {}",
                            what, index.drop_sql())
              : fmt::format("{}, left behind by {}: the server does not use it. Before davit runs the "
                            "statement again it drops it; by hand: {}",
                            what, left_by, index.drop_sql()));
  }
  return out;
}

void print(terminal &t, const stopped_migration &m) {
  const auto &at = m.at;
  const auto &r = at.migration;
  t.out(t.on_out(style::bold, visible(r.title())) +
        fmt::format(" stopped half-way: {}{}", r.how_far(at.statements),
                    r.state == "resumable" ? "; the next run is to go on with it" : ""));
  const auto show = [&t](const char *label, const stopping_point::statement_at &st) {
    t.out(fmt::format("  {} {}: {}", label, to_string(st.where), shortened(st.text)));
  };
  if (at.last_done) show("done until", *at.last_done);
  if (at.next) show("stopped in", *at.next);
  if (const auto text = about_file(at); !text.empty()) t.out("  " + t.on_out(style::warn, text));
  for (const auto &text : m.about_leftovers()) t.out("  " + t.on_out(style::warn, text));
  t.out(fmt::format("  davit history {} says why", r.run.substr(0, 8)));
  for (const auto &text : m.notes) t.out("  " + t.on_out(style::warn, text));
  if (const auto kept = at.resumable() ? kept_of_session(session_of(at)) : std::string(); !kept.empty())
    t.out("  " + kept);
  const auto choices = choices_for(at);
  std::size_t width = 0;
  for (const auto &c : choices) width = std::max(width, c.option.size());
  for (const auto &c : choices)
    t.out(fmt::format("  davit repair {} {:<{}}  {}", r.id.text(), c.option, width, c.meaning));
}

ordered_json to_json(const stopped_migration &m) {
  const auto &at = m.at;
  const auto &r = at.migration;
  ordered_json j{{"version", r.id.text()},
                 {"name", r.name},
                 {"state", r.state},
                 {"direction", r.up ? "up" : "down"},
                 {"statements_done", r.statements_done},
                 {"next_unsure", r.next_unsure()},
                 {"statements", at.statements},
                 {"run", r.run},
                 {"file", at.file.string()},
                 {"file_changed", at.file_changed}};
  if (const auto text = about_file(at); !text.empty()) j["about_file"] = text;
  if (at.last_done) j["done_until"] = to_json(*at.last_done);
  if (at.next) j["stopped_in"] = to_json(*at.next);
  j["invalid_indexes"] = ordered_json::array();
  for (const auto &index : m.leftovers)
    j["invalid_indexes"].push_back({{"index", index.quoted()}, {"table", index.table}, {"fix", index.drop_sql()}});
  j["notes"] = m.notes;
  if (const auto kept = at.resumable() ? kept_of_session(session_of(at)) : std::string(); !kept.empty())
    j["session"] = kept;
  j["choices"] = ordered_json::array();
  for (const auto &c : choices_for(at)) j["choices"].push_back({{"option", c.option}, {"meaning", c.meaning}});
  return j;
}

} // namespace davit::cli
