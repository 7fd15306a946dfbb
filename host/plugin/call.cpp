#include "plugin/call.hpp"

#include "plugin/call_state.hpp"
#include "plugin/crash_reporter.hpp"
#include "plugin/phases.hpp"

#include <array>
#include <exception>

namespace davit::plugin {
namespace {

// Handlers run one at a time, so that one ring serves the whole process.
davit_ctx &next_ctx() {
  static auto *const ring = new std::array<davit_ctx, 1024>;
  static std::atomic<std::size_t> next{0};
  return (*ring)[next++ % ring->size()];
}

error describe(const call_state &s, outcome o, std::int32_t status, std::chrono::microseconds took,
               std::chrono::milliseconds allowed) {
  std::string text = s.said;
  const bool passed_on = s.has_last_error && s.last_error.abi.status == status; // else the handler got over it
  if (text.empty() && passed_on) text = s.last_error.message;
  error e(o == outcome::veto       ? error_code::hook_veto
          : o == outcome::deadline ? error_code::hook_deadline
                                   : error_code::hook_failed,
          std::move(text));
  if (o == outcome::deadline)
    e.message = "it did not finish before its deadline of " + std::to_string(allowed.count()) + " ms (it took " +
                std::to_string(took.count() / 1000) + " ms)" + (e.message.empty() ? "" : ": " + e.message);
  else if (e.message.empty() && status == DAVIT_VETO)
    e.message =
        s.when.veto_allowed ? "it refused, without a reason" : "it returned a veto, which this phase does not offer";
  else if (e.message.empty())
    e.message = "it returned status " + std::to_string(status) + " without a reason";
  if (o == outcome::failed && passed_on) {
    e.sqlstate = s.last_error.sqlstate;
    e.detail = s.last_error.detail;
    e.server_hint = s.last_error.hint;
  }
  return e;
}

// A COMMIT runs deferred triggers: what the handler did ends by its deadline, too. One that has passed when the server
// has committed all the same changes nothing any more.
void finish_in_time(watch::current_call call, call_sql &sql, watch &supervision) {
  std::exception_ptr failure;
  const auto armed = [&] {
    const inside_host_function here(*call.ctx); // given up, it still is at the session
    const auto now = supervision.arm(call);
    try {
      sql.finish(true);
    } catch (const error &) {
      failure = std::current_exception();
    }
    return now;
  }();
  const bool struck = supervision.disarm(armed.number);
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

call_result call_handler(const binding &b, const occasion &when) {
  services &shared = b.owner->shared();
  const auto mark = when.stats.mark();
  call_state state(b, when);
  davit_ctx &ctx = next_ctx();
  ctx.thread = std::this_thread::get_id();
  ctx.state.store(&state, std::memory_order_release);

  const auto begin = watch::clock::now();
  const auto deadline = b.deadline.count() > 0 ? begin + b.deadline : watch::clock::time_point::max();
  const bool after_the_end = find_phase(b.phase)->failure == phase_failure::LOG;
  const auto armed =
      shared.supervision.arm({b.owner->name(), b.what->name, b.phase, begin, deadline, after_the_end, b.owner, &ctx});
  std::int32_t status = DAVIT_ERR;
  try {
    const crash_note note("plugin '" + b.owner->name() + "', handler '" + b.what->name + "' at " + b.phase);
    status = b.what->call(b.what->user, &ctx);
  } catch (const std::exception &e) {
    state.said = "it threw: " + to_utf8_text(e.what());
  } catch (...) {
    state.said = "it threw something that is not a std::exception";
  }
  ctx.state.store(nullptr, std::memory_order_release);
  const bool struck = shared.supervision.disarm(armed.number);

  call_result out;
  out.duration = std::chrono::duration_cast<std::chrono::microseconds>(watch::clock::now() - begin);
  if (status == DAVIT_VETO && when.veto_allowed)
    out.outcome = outcome::veto; // late, but on purpose
  else if (struck)
    out.outcome = outcome::deadline;
  else if (status == DAVIT_OK)
    out.outcome = outcome::ok;
  else
    out.outcome = outcome::failed; // errors, unknown statuses, and answers that this phase does not offer
  out.message = shared.secrets.scrub(state.message);
  out.rows_affected = state.rows_affected;

  const bool keep = out.outcome == outcome::ok;
  if (!keep)
    out.failure = describe(state, out.outcome, status, out.duration,
                           std::chrono::duration_cast<std::chrono::milliseconds>(armed.deadline - begin));
  try {
    if (keep && state.sql.may_take_long())
      finish_in_time({b.owner->name(), b.what->name, b.phase, begin, deadline, after_the_end, b.owner, &ctx}, state.sql,
                     shared.supervision);
    else
      state.sql.finish(keep);
  } catch (const error &e) {
    // Where undoing fails too, nobody knows any more what the transaction holds.
    if (!keep || e.code == error_code::transaction_ended || e.code == error_code::connection_lost) {
      when.stats.revert(mark);
      throw;
    }
    out.outcome = e.code == error_code::hook_deadline ? outcome::deadline : outcome::failed;
    out.failure = e;
  }
  if (out.outcome != outcome::ok) when.stats.revert(mark);
  if (out.failure) {
    out.failure->message = shared.secrets.scrub(out.failure->message);
    out.failure->detail = shared.secrets.scrub(out.failure->detail);
    out.failure->server_hint = shared.secrets.scrub(out.failure->server_hint);
    out.failure->plugin = b.owner->name();
    out.failure->handler = b.what->name;
    out.failure->phase = b.phase;
  }
  return out;
}

} // namespace davit::plugin
