// Statements whose answer is read later.
#include "postgres/late_answer.hpp"

#include "postgres/connection.hpp"

#include <libpq-fe.h>

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
  read_answer();
  const std::unique_ptr<late_answer> done = std::move(late_);
  if (done->failed.get()) fail(done->failed.get());
}

bool connection::awaits_answer() {
  if (!late_ || late_->complete) return false;
  if (PQconsumeInput(c_.get()))
    while (!late_->complete && !PQisBusy(c_.get())) late_->note(result(PQgetResult(c_.get())));
  return true;
}

void connection::read_answer() {
  while (!late_->complete) {
    late_->note(result(wait_result()));
    if (!alive()) late_->complete = true;
  }
}

// Null is the end.
void late_answer::note(result r) {
  if (!r.get()) {
    complete = true;
    return;
  }
  const auto status = PQresultStatus(r.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failed.get()) failed = std::move(r);
}

} // namespace davit::postgres
