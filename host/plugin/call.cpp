#include "plugin/call.hpp"

#include "plugin/call_state.hpp"
#include "plugin/foreign_code.hpp"

#include <array>
#include <exception>

namespace davit::plugin {
namespace {

// Handlers run one at a time, so that one ring serves the whole process.
davit_ctx &next_ctx() {
  static auto *const ring = new std::array<davit_ctx, 1024>;
  static std::atomic<std::size_t> next{0};
  const std::size_t place = next.load(std::memory_order_relaxed);
  next.store((place + 1) % ring->size(), std::memory_order_relaxed);
  return (*ring)[place];
}

bool veto_allowed(const occasion &when) { return when.phase.answers == phase_answers::VETO; }

// Whatever comes out of the handler, neither its ctx nor the watch refers to the call when this is gone.
class under_way {
public:
  under_way(watch &supervision, watch::current_call &call, call_state &state)
      : supervision_(supervision), call_(call), ctx_(*call.ctx) {
    const auto *const had_it = ctx_.misused.load(std::memory_order_relaxed);
    ctx_.misused.store(!had_it || had_it == state.bound.misused ? state.bound.misused : &misuse::of_nobody(),
                       std::memory_order_relaxed);
    ctx_.thread.store(std::this_thread::get_id(), std::memory_order_relaxed);
    ctx_.state.store(&state, std::memory_order_release);
    supervision_.arm(call_);
  }
  ~under_way() {
    if (!ended_) end(watch::clock::now());
  }
  under_way(const under_way &) = delete;
  under_way &operator=(const under_way &) = delete;

  // Whether its deadline had struck by `now`.
  bool end(watch::clock::time_point now) {
    ended_ = true;
    ctx_.state.store(nullptr, std::memory_order_release);
    return supervision_.disarm(call_, now);
  }

private:
  watch &supervision_;
  watch::current_call &call_;
  davit_ctx &ctx_;
  bool ended_ = false;
};

// Of a handler that gave no reason.
const char *hint_about(std::int32_t status) {
  if (status == DAVIT_VETO || status == DAVIT_HANDLED)
    return "let the handler return DAVIT_OK or an error there; davit phases tells what each phase is for";
  return status > DAVIT_HANDLED || status < DAVIT_ERR_DEADLINE
             ? "plugin.h lists the statuses that a handler may return; fail() says why"
             : "let the handler say why, with fail()";
}

error describe(const call_state &s, outcome o, std::int32_t status, std::chrono::microseconds took,
               std::chrono::milliseconds allowed, bool hurried) {
  std::string text = s.said;
  const bool passed_on = s.last_error && s.last_error->abi.status == status; // else the handler got over it
  if (text.empty() && passed_on) text = s.last_error->message;
  error e(o == outcome::veto       ? error_code::hook_veto
          : o == outcome::deadline ? error_code::hook_deadline
                                   : error_code::hook_failed,
          std::move(text));
  if (o == outcome::deadline)
    e.message = (hurried ? "it did not finish within the time at the end of a stopped run, "
                         : "it did not finish before its deadline of ") +
                std::to_string(allowed.count()) + " ms (it took " + std::to_string(took.count() / 1000) + " ms)" +
                (e.message.empty() ? "" : ": " + e.message);
  else if (e.message.empty() && status == DAVIT_VETO)
    e.message =
        veto_allowed(s.when) ? "it refused, without a reason" : "it returned a veto, which this phase does not offer";
  else if (e.message.empty())
    e.message = "it returned status " + std::to_string(status) + " without a reason";
  if (o == outcome::failed && passed_on) {
    e.sqlstate = s.last_error->sqlstate;
    e.detail = s.last_error->detail;
    e.context = s.last_error->context;
    (s.last_error->hint_of_server ? e.server_hint : e.hint) = s.last_error->hint;
  }
  if (o == outcome::failed && s.said.empty() && !passed_on) e.hint = hint_about(status);
  if (o == outcome::failed && s.said.ends_with(threw_unknown)) // of the SDK's wrapper, too
    e.hint = "let the handler throw what is derived from std::exception, or return an error: both can say why";
  return e;
}

// A COMMIT runs deferred triggers: what the handler did ends by its deadline, too. One that has passed when the server
// has committed all the same changes nothing any more.
void finish_in_time(watch::current_call call, call_sql &sql, watch &supervision) {
  std::exception_ptr failure;
  {
    const inside_host_function here(*call.ctx); // given up, it still is at the session
    supervision.arm(call);
    try {
      sql.finish(true);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  const bool struck = supervision.disarm(call, watch::clock::now());
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (error &e) {
    if (struck && e.sqlstate == postgres::sqlstate::query_canceled) {
      e.code = error_code::hook_deadline;
      e.message = "what it did was not committed before its deadline: " + e.message;
    }
    throw;
  }
}

} // namespace

std::string_view name_of(outcome o) {
  switch (o) {
  case outcome::ok: return "ok";
  case outcome::handled: return "handled";
  case outcome::veto: return "veto";
  case outcome::failed: return "failed";
  case outcome::deadline: return "deadline";
  case outcome::abandoned: return "abandoned";
  case outcome::skipped: return "skipped";
  }
  return "failed";
}

std::string call_result::said() const {
  if (!failure) return message;
  const bool waited = failure->sqlstate == postgres::sqlstate::lock_not_available && !failure->detail.empty();
  return failure->message + (waited ? " (" + failure->detail + ")" : "");
}

call_result call_handler(const binding &b, const occasion &when) {
  services &shared = b.owner->shared();
  const auto mark = when.stats.mark();
  call_state state(b, when);
  davit_ctx &ctx = next_ctx();
  const auto deadline = b.deadline.count() > 0 ? when.began + b.deadline : watch::clock::time_point::max();
  const auto watched = [&] {
    return watch::current_call{b.owner->name(), b.what->name, b.phase,
                               when.began,      deadline,     when.phase.failure == phase_failure::LOG,
                               b.owner,         &ctx};
  };
  watch::current_call call = watched();
  under_way running(shared.supervision, call, state);
  std::int32_t status = DAVIT_ERR;
  if (std::string thrown = catch_foreign(b.who, [&] { status = b.what->call(b.what->user, &ctx); }); !thrown.empty())
    state.said = std::move(thrown);
  const auto ended = watch::clock::now();
  const bool struck = running.end(ended);

  call_result out;
  out.duration = std::chrono::duration_cast<std::chrono::microseconds>(ended - when.began);
  if (status == DAVIT_VETO && veto_allowed(when))
    out.outcome = outcome::veto; // late, but on purpose
  else if (struck)
    out.outcome = outcome::deadline;
  else if (status == DAVIT_OK)
    out.outcome = outcome::ok;
  else
    out.outcome = outcome::failed; // errors, unknown statuses, and answers that this phase does not offer
  out.message = std::move(state.message);
  out.rows_affected = state.rows_affected;

  const bool keep = out.outcome == outcome::ok;
  if (!keep)
    out.failure =
        describe(state, out.outcome, status, out.duration,
                 std::chrono::duration_cast<std::chrono::milliseconds>(call.deadline - call.started), call.hurried);
  if (!keep && !state.sql.outlives_failure()) out.rows_affected = 0; // they are not there
  try {
    if (keep && state.sql.may_take_long())
      finish_in_time(watched(), state.sql, shared.supervision);
    else
      state.sql.finish(keep);
  } catch (const error &e) {
    // Where undoing fails too, nobody knows any more what the transaction holds.
    out.session_lost = !keep || e.code == error_code::transaction_ended || e.code == error_code::connection_lost;
    if (keep) out.rows_affected = 0; // nor are these
    out.outcome = e.code == error_code::hook_deadline && !out.session_lost ? outcome::deadline : outcome::failed;
    out.failure = e;
  }
  out.outside = state.sql.outside();
  if (state.sql.released_all_locks()) b.misused->note(misuse::released_locks);
  if (out.outcome != outcome::ok) when.stats.revert(mark);
  if (out.failure) {
    out.failure->message = shared.secrets.scrub(out.failure->message);
    out.failure->detail = shared.secrets.scrub(out.failure->detail);
    out.failure->context = shared.secrets.scrub(out.failure->context);
    out.failure->server_hint = shared.secrets.scrub(out.failure->server_hint);
    out.failure->plugin = b.owner->name();
    out.failure->handler = b.what->name;
    out.failure->phase = b.phase;
  }
  return out;
}

} // namespace davit::plugin
