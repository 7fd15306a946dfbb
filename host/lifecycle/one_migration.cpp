#include "lifecycle/one_migration.hpp"

#include "plugin/leaving.hpp"

#include <memory>
#include <utility>

namespace davit::lifecycle {

migration::script take_script(const run_parts &parts, const migration::step &s) {
  migration::script script = parts.scripts.take(s.up ? s.files.up : s.files.down);
  if (s.skip_statements > script.statements.size())
    throw error(error_code::ledger_conflict,
                "the ledger has " + std::to_string(s.skip_statements) + " statements of " + s.files.title() +
                    " as done, its file has " + std::to_string(script.statements.size()),
                "bring the file back, or say what is true with davit repair " + s.files.id.text() +
                    " --applied or --reverted",
                {script.file.string(), 0, 0});
  migration::go_on(script, s);
  return script;
}

bool warn_of_called_before(const run_parts &parts, const migration::step &s) {
  const auto *one = find_called_before(parts.called, s);
  if (one) parts.show.warning(s.files.title() + " was begun before, and " + one->text);
  return one;
}

one_migration::one_migration(const run_parts &parts, const migration::step &s, place_in_run place,
                             migration::script script)
    : p_(parts), step_(s), place_(place), script_(std::move(script)),
      verify_(s.up && !s.files.verify.empty() ? std::optional(parts.scripts.take(s.files.verify)) : std::nullopt),
      out_(parts.sessions, parts.stop, parts.show, script_.file.string()) {
  facts_ = {s.files.id.text(), s.files.name, script_.file.string(), script_.checksum, s.up, script_.no_transaction, 1};
}

void one_migration::run() {
  p_.under_way = this;
  const auto over = [this](one_migration *) { p_.under_way = nullptr; };
  const std::unique_ptr<one_migration, decltype(over)> registered(this, over);
  auto &info = p_.dispatcher.info;
  info.insert_or_assign("migration.index", static_cast<std::int64_t>(place_.number));
  info.insert_or_assign("migration.statements", static_cast<std::int64_t>(script_.statements.size()));
  if (step_.goes_on()) info.insert_or_assign("migration.resumed_after", std::int64_t{step_.skip_statements});
  p_.dispatcher.stats.open_layer(facts_.version);
  try {
    show_begins();
    if (warn_of_called_before(p_, step_)) info.insert_or_assign("migration.called_before", true);
    phases();
  } catch (error &e) {
    fail(std::move(e));
  } catch (const std::exception &e) {
    fail(as_error(e));
  }
  p_.dispatcher.stats.close_layer();
  for (const char *key : {"migration.index", "migration.statements", "migration.resumed_after",
                          "migration.called_before", "migration.elapsed_ms"})
    info.erase(key);
}

void one_migration::end_without(error why, bool ended) {
  if (failure_) fail(*failure_); // the handler was one that is told of the failure
  sessions_gone(ended);
  fail(std::move(why));
}

void one_migration::fail(error e) {
  p_.sessions.work_is_over();
  if (!failure_ && p_.stop.raised() && !tells_to_stop(e.code)) {
    error stopped = p_.stop.as_error(); // what failed, failed because it was cancelled
    stopped.where = e.where;
    e = std::move(stopped);
  }
  p_.dispatcher.scrub(e); // a migration may meet what a plugin has stored
  if (!failure_) describe(e);
  failure_ = e;
  if (!tells_to_stop(e.code)) plugin::decide_failure(e);
  failed(e);
  p_.dispatcher.stats.close_layer();
  throw error(std::move(e));
}

void one_migration::show_begins() { p_.show.migration_begins(step_, place_.number, place_.of, facts_.attempt); }

std::chrono::microseconds one_migration::age() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
}

void one_migration::tell_elapsed() {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(age());
  p_.dispatcher.info.insert_or_assign("migration.elapsed_ms", std::int64_t{elapsed.count()});
}

std::string one_migration::hint_on_deferred() const {
  std::string hint = "a deferred constraint or trigger failed when the migration was about to be committed";
  if (const std::string others = p_.dispatcher.writers_inside(); !others.empty())
    hint += "; it may be due to what plugins have written in its transaction (" + others +
            "), whose on_failure does not reach so far";
  return hint;
}

void one_migration::speak_utf8(postgres::connection &c) {
  if (!c.speaks_utf8()) c.exec("SET client_encoding = 'UTF8'");
}

} // namespace davit::lifecycle
