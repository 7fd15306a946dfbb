#include "lifecycle/sessions/sessions.hpp"

#include "lifecycle/sessions/handler_attendance.hpp"
#include "lifecycle/sessions/lock_key.hpp"
#include "lifecycle/sessions/side_attendance.hpp"

#include <chrono>

namespace davit::lifecycle {
namespace {

using namespace std::chrono_literals;

constexpr const char *leftover_awaited = "a leftover session of an earlier run, which is still at work: ";
constexpr const char *leftover_refused = "a leftover session of an earlier run is still at work: ";

} // namespace

sessions::sessions(const config::settings &settings, cancel_targets &targets, const interrupt &stop, observer &show,
                   plugin::kept_environment *environment)
    : settings_(settings), targets_(targets), stop_(stop), show_(show),
      run_key_(lock_key(run_lock, settings.ledger.schema)), work_key_(lock_key(work_lock, settings.ledger.schema)),
      home_(environment) {}

sessions::~sessions() {
  for (auto *c : {&lock_, &run_, &side_})
    if (*c) targets_.remove((*c)->cancel());
}

postgres::connection sessions::open(const char *purpose, std::string setup) {
  return home_.open({{}, std::string("davit ") + purpose, std::move(setup)}, lock_ ? &*lock_ : nullptr);
}

void sessions::watch(std::optional<ledger_wait> &wait, postgres::connection &c) {
  wait.emplace(
      c, [this] { return open("look"); },
      [this](const std::string &what) {
        targets_.answered();
        show_.waiting(what);
      },
      &stop_);
}

postgres::connection sessions::open_for_work() {
  postgres::connect_options options{{}, "davit run"};
  options.lock_timeout = settings_.database.lock_timeout;
  options.statement_timeout = settings_.database.statement_timeout;
  return home_.open(std::move(options), lock_ ? &*lock_ : nullptr);
}

postgres::connection &sessions::lock() {
  if (!lock_) {
    lock_.emplace(home_.open_first({settings_.database.url, "davit lock", ledger_session_sql()}));
    targets_.add(lock_->cancel(), false);
    watch(lock_wait_, *lock_);
  }
  return *lock_;
}

void sessions::watch_run(std::optional<ledger_wait> &wait) { watch(wait, run()); }

postgres::connection &sessions::run() {
  if (!run_) {
    run_.emplace(open_for_work());
    run_->on_notice([this](std::string_view severity, std::string_view message) { show_.notice(severity, message); });
    targets_.add(run_->cancel(), true);
  }
  return *run_;
}

postgres::connection &sessions::side() {
  if (!side_) {
    postgres::connect_options options{{}, "davit side"};
    options.lock_timeout = settings_.database.lock_timeout;
    side_.emplace(home_.open(std::move(options), lock_ ? &*lock_ : nullptr));
    targets_.add(side_->cancel(), true);
  }
  if (!side_->alive())
    throw error(error_code::connection_lost, "the side session was lost",
                "check that the server runs, then run davit again");
  return *side_;
}

void sessions::drop_side() noexcept {
  if (!side_) return;
  targets_.remove(side_->cancel());
  side_.reset();
}

// They are those of the role that has logged in, whatever role they began as.
postgres::connection sessions::open_to_end_them() const {
  return home_.open({{}, "davit end", "SET ROLE none"}, nullptr);
}

std::unique_ptr<plugin::attendance> sessions::attend_run() {
  return std::make_unique<handler_attendance>(run(), lock(), show_);
}

std::unique_ptr<plugin::attendance> sessions::attend_side() {
  return std::make_unique<side_attendance>(side(), lock(), run_pid(), show_);
}

std::optional<std::int32_t> sessions::run_pid() const {
  if (!run_ || !run_->alive()) return std::nullopt;
  return run_->backend_pid();
}

postgres::connection &sessions::witness() {
  if (lock_ && lock_->still_alive()) return *lock_;
  if (!witness_ || !witness_->still_alive()) {
    witness_wait_.reset();
    witness_.emplace(open("witness", ledger_session_sql()));
    watch(witness_wait_, *witness_);
  }
  return *witness_;
}

bool sessions::usable() const {
  return !abandoned_ && (!run_ || (run_->alive() && run_->transaction_status() == postgres::transaction_status::idle));
}

bool sessions::usable_inside() const {
  return !abandoned_ && run_ && run_->alive() &&
         run_->transaction_status() == postgres::transaction_status::in_transaction;
}

void sessions::abandon(bool ended) noexcept {
  drop_run();
  drop_side();
  abandoned_ = !ended;
}

void sessions::drop_run() noexcept {
  if (!run_) return;
  targets_.remove(run_->cancel());
  run_.reset();
}

std::string sessions::own_transaction_setup() const { return locked_ ? "SELECT " + work_lock_sql() : std::string(); }

std::string sessions::transaction_setup() const {
  return "SELECT " + (locked_ ? work_lock_sql() + ", " : std::string()) + "pg_catalog.pg_current_xact_id()";
}

std::string sessions::work_lock_sql() const {
  return "pg_catalog.pg_advisory_xact_lock(" + std::to_string(work_key_) + ")";
}

void sessions::hold_work_lock() { run().exec("SELECT pg_catalog.pg_advisory_lock(" + std::to_string(work_key_) + ")"); }

bool sessions::renew_work_lock() {
  if (!run_) return false;
  const auto bits = static_cast<std::uint64_t>(work_key_);
  const auto r = run_->exec(
      "SELECT pg_catalog.pg_try_advisory_lock(" + std::to_string(work_key_) +
      ") WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=) 'advisory' AND pid "
      "OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND classid OPERATOR(pg_catalog.=) " +
      std::to_string(bits >> 32U) + "::pg_catalog.oid AND objid OPERATOR(pg_catalog.=) " +
      std::to_string(bits & 0xffffffffU) + "::pg_catalog.oid)");
  return r.rows() > 0;
}

void sessions::check_as_commit() {
  if (as_commit_) as_commit_();
}

bool sessions::own_sockets() const {
  for (const auto *c : {&lock_, &run_, &side_, &witness_})
    if (*c && !(*c)->own_socket()) return false;
  return true;
}

std::string sessions::release_work_lock_sql() const {
  return "SELECT pg_catalog.pg_advisory_unlock(" + std::to_string(work_key_) + ")";
}

void sessions::work_lock_released(bool was_held) {
  if (!was_held)
    show_.warning("a statement of the migration has released davit's session lock (pg_advisory_unlock_all?): another "
                  "run could not have seen this one");
}

void sessions::wait_for(std::int64_t key, const std::string &awaited, const std::string &refused) {
  const std::string sql = "SELECT pg_try_advisory_lock(" + std::to_string(key) + ")";
  // Never a blocking wait: the holder's CREATE INDEX CONCURRENTLY would wait for this session's snapshot.
  wait_until_nobody(
      [&]() -> std::optional<lock_owner> {
        if (lock().exec(sql).text(0, 0) == "t") return std::nullopt;
        return holder_of(lock(), key, settings_.ledger.schema);
      },
      awaited, refused);
}

void sessions::wait_until_nobody(const std::function<std::optional<lock_owner>()> &who, const std::string &awaited,
                                 const std::string &refused) {
  const auto begin = std::chrono::steady_clock::now();
  auto pause = 10ms;
  for (auto one = who(); one; one = who()) {
    if (std::chrono::steady_clock::now() - begin > settings_.database.run_lock_timeout)
      throw error(
          error_code::locked, refused + one->text,
          "wait until it has ended, raise [database] run_lock_timeout, or, if it should not be there, end it: " +
              one->how_to_end());
    show_.waiting(awaited + one->text);
    stop_.wait(pause);
    pause = std::min(pause * 2, 500ms);
  }
}

// Nobody holds either, as nearly always.
bool sessions::take_run_lock_at_once() {
  const std::string work = std::to_string(work_key_);
  return lock()
             .exec("SELECT CASE WHEN pg_try_advisory_lock(" + std::to_string(run_key_) +
                   ") THEN CASE WHEN pg_try_advisory_lock(" + work + ") THEN pg_advisory_unlock(" + work +
                   ") ELSE NOT pg_advisory_unlock(" + std::to_string(run_key_) + ") END END")
             .text(0, 0) == "t";
}

void sessions::take_run_lock() {
  locked_ = locked_ || take_run_lock_at_once();
  if (locked_) return;
  wait_for(run_key_, "the run lock: held by ", "the run lock is held by ");
  // A killed davit's backend may still be at work; its transaction holds this one.
  wait_for(work_key_, leftover_awaited, leftover_refused);
  lock().exec("SELECT pg_advisory_unlock(" + std::to_string(work_key_) + ")");
  locked_ = true;
}

void sessions::wait_for_session_in_progress() {
  wait_until_nobody([this] { return session_in_progress(lock(), settings_.ledger.schema); }, leftover_awaited,
                    leftover_refused);
}

void sessions::require_lock() {
  if (!lock().still_alive()) lock_lost();
}

void sessions::lock_lost() {
  throw error(error_code::connection_lost, "the session that holds the run lock was lost",
              "another run may have begun: check davit status before running davit again");
}

std::string sessions::lock_is_free_sql() const {
  return "pg_catalog.pg_try_advisory_xact_lock_shared(" + std::to_string(run_key_) + ")";
}

} // namespace davit::lifecycle
