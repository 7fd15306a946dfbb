// Statements whose answer is read later.
#include "postgres/late_answer.hpp"

#include "postgres/connection.hpp"

#include <chrono>

#include <libpq-fe.h>
#include <poll.h>

namespace davit::postgres {

void connection::send(std::string_view sql, std::string_view copy_data) {
  answer();
  require_free();
  if (!PQsendQuery(c_.get(), std::string(sql).c_str()))
    throw make_connection_error(c_.get(), "cannot send a statement");
  late_ = std::make_unique<late_answer>();
  if (copy_data.empty()) return;
  while (pg_result *raw = wait_result()) { // the server asks for the rows first
    result r(raw);
    if (PQresultStatus(raw) == PGRES_COPY_IN) return send_copy(copy_data);
    late_->note(std::move(r));
    if (!alive()) break;
  }
  late_->complete = true;
}

void connection::answer() {
  if (!late_) return;
  read_answer(*late_);
  const std::unique_ptr<late_answer> done = std::move(late_);
  if (done->failed.get()) fail(done->failed.get());
}

bool connection::awaits_answer() {
  for (auto *a : {late_.get(), unwanted_.get()}) {
    if (!a || a->complete) continue;
    if (PQconsumeInput(c_.get())) take_what_came(*a);
    return true;
  }
  return false;
}

std::optional<result> connection::ask_within(std::string_view sql, std::chrono::milliseconds patience) {
  using clock = std::chrono::steady_clock;
  require_free();
  if (!PQsendQuery(c_.get(), std::string(sql).c_str()))
    throw make_connection_error(c_.get(), "cannot send a statement");
  const auto end = clock::now() + patience;
  auto asked = std::make_unique<late_answer>();
  for (take_what_came(*asked); !asked->complete; take_what_came(*asked)) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    if (left.count() <= 0) {
      unwanted_ = std::move(asked);
      return std::nullopt;
    }
    pollfd p{PQsocket(c_.get()), POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(left.count())) > 0 && !PQconsumeInput(c_.get()))
      throw make_connection_error(c_.get(), "the session failed");
  }
  if (asked->failed.get() || !asked->last.get()) return std::nullopt;
  return std::move(asked->last);
}

void connection::take_what_came(late_answer &a) {
  while (!a.complete && !PQisBusy(c_.get())) a.note(result(PQgetResult(c_.get())));
}

void connection::read_answer(late_answer &a) {
  while (!a.complete) {
    a.note(result(wait_result()));
    if (!alive()) a.complete = true;
  }
}

// Null is the end.
void late_answer::note(result r) {
  if (!r.get()) {
    complete = true;
    return;
  }
  const auto status = PQresultStatus(r.get());
  if (status == PGRES_TUPLES_OK)
    last = std::move(r);
  else if (status != PGRES_COMMAND_OK && !failed.get())
    failed = std::move(r);
}

} // namespace davit::postgres
