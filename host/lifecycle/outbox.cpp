#include "lifecycle/outbox.hpp"

#include "lifecycle/sessions/attended.hpp"
#include "lifecycle/statements.hpp"

#include <utility>

namespace davit::lifecycle {
namespace {

constexpr std::size_t most_bytes = 256 * 1024; // libpq holds what is queued in memory, a second time

bool travels_alone(sql::statement_kind kind) {
  return kind == sql::statement_kind::copy_from_stdin || kind == sql::statement_kind::copy_to_stdout;
}

} // namespace

void outbox::add(std::string_view sql, postgres::batch::answered on_answer, std::string hint) {
  queue_.add(sql, {}, std::move(on_answer), [this, hint = std::move(hint)](postgres::server_error &e) {
    e.where = {file_, 0, 0};
    if (!hint.empty() && e.code != error_code::connection_lost) e.hint = hint; // then it is not about the statement
  });
}

void outbox::add(const migration::script &s, const migration::statement &st) {
  if (travels_alone(st.kind)) {
    send();
    attend([&] { run_statement(s_.run(), s, st); });
    return;
  }
  queue_.add(st.text, {}, {}, [&s, &st](postgres::server_error &e) { place_error(e, s, st); });
  if (queue_.bytes() > most_bytes) send();
}

void outbox::send() {
  if (queue_.empty()) return;
  const auto now = std::exchange(queue_, {});
  attend([&] { s_.run().run(now); });
}

void outbox::require_to_go_on() {
  stop_.check();
  s_.require_lock();
}

template <class F> void outbox::attend(F &&work) {
  require_to_go_on();
  const attended guard(s_, stop_, show_);
  try {
    work();
  } catch (postgres::server_error &e) {
    guard.explain(e);
    throw;
  }
}

} // namespace davit::lifecycle
