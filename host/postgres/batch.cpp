#include "postgres/batch.hpp"

#include <exception>
#include <utility>

#include <libpq-fe.h>
#include <sys/socket.h>

namespace davit::postgres {
namespace {

// Sending must not wait for a server that itself waits for its answers to be read.
class pipeline {
public:
  explicit pipeline(PGconn *c) : c_(c) {
    if (!PQenterPipelineMode(c_)) throw make_connection_error(c_, "cannot send statements");
    PQsetnonblocking(c_, 1);
  }
  ~pipeline() {
    PQsetnonblocking(c_, 0);
    // Fails if answers are left, which is only so when the session is lost, or must not be used any more.
    if (!PQexitPipelineMode(c_)) ::shutdown(PQsocket(c_), SHUT_RDWR);
  }
  pipeline(const pipeline &) = delete;
  pipeline &operator=(const pipeline &) = delete;

private:
  PGconn *c_;
};

} // namespace

void batch::add(std::string_view sql, std::span<const parameter> parameters, answered on_answer, refused on_refusal) {
  batch_entry e{std::string(sql), {}, std::move(on_answer), std::move(on_refusal)};
  bytes_ += sql.size();
  e.parameters.reserve(parameters.size());
  for (const auto &p : parameters) e.parameters.emplace_back(p);
  entries_.push_back(std::move(e));
}

// Every answer is read, so that the session is free again whatever happened. Only then is it known whether a failure
// was the session's end.
struct connection::answers {
  result failed{nullptr};
  const batch_entry *culprit = nullptr;
  std::exception_ptr thrown; // by a callback
};

void connection::run(const batch &all) {
  if (all.empty()) return;
  require_free();
  const pipeline mode(c_.get());
  std::vector<const char *> pointers;
  for (const auto &e : all.entries_) {
    pointers.clear();
    for (const auto &p : e.parameters) pointers.push_back(p ? p->c_str() : nullptr);
    if (!PQsendQueryParams(c_.get(), e.sql.c_str(), static_cast<int>(pointers.size()), nullptr, pointers.data(),
                           nullptr, nullptr, 0))
      throw make_connection_error(c_.get(), "cannot send a statement");
  }
  if (!PQpipelineSync(c_.get())) throw make_connection_error(c_.get(), "cannot send statements");

  answers got;
  for (const auto &e : all.entries_)
    while (pg_result *raw = wait_result()) read(e, result(raw), got);
  const result end(wait_result()); // of the synchronisation point
  conclude(got, PQresultStatus(end.get()) == PGRES_PIPELINE_SYNC);
}

void connection::run_as_one(const batch &all) {
  if (all.empty()) return;
  require_free();
  std::string sql;
  for (const auto &e : all.entries_) sql += (sql.empty() ? "" : "; ") + e.sql;
  if (!PQsendQuery(c_.get(), sql.c_str())) throw make_connection_error(c_.get(), "cannot send statements");
  answers got;
  std::size_t at = 0;
  bool any = false;
  while (pg_result *raw = wait_result()) {
    any = true;
    read(all.entries_[at], result(raw), got);
    if (at + 1 < all.entries_.size()) ++at;
  }
  conclude(got, any);
}

void connection::read(const batch_entry &e, result r, answers &got) {
  try {
    if (take(e, r) || got.culprit) return;
  } catch (const std::exception &) {
    if (!got.thrown) got.thrown = std::current_exception();
    return;
  }
  got.failed = std::move(r);
  got.culprit = &e;
}

void connection::conclude(const answers &got, bool complete) {
  if (got.thrown) std::rethrow_exception(got.thrown);
  if (!got.culprit && complete) return;
  server_error e = refusal(got.failed.get());
  if (got.culprit && got.culprit->on_refusal) got.culprit->on_refusal(e);
  throw server_error(std::move(e));
}

// Whether it was done, or not tried because an earlier one failed.
bool connection::take(const batch_entry &e, const result &r) {
  switch (PQresultStatus(r.get())) {
  case PGRES_COMMAND_OK:
  case PGRES_TUPLES_OK:
  case PGRES_EMPTY_QUERY:
    if (e.on_answer) e.on_answer(r);
    return true;
  case PGRES_PIPELINE_ABORTED: return true;
  case PGRES_COPY_IN:
  case PGRES_COPY_OUT:
  case PGRES_COPY_BOTH:
    ::shutdown(PQsocket(c_.get()), SHUT_RDWR); // there is no way back from here
    throw error(error_code::bug, "a COPY was sent among other statements", "please report it, with the statement");
  default: return false;
  }
}

} // namespace davit::postgres
