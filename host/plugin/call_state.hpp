// What stands behind a davit_ctx while its handler runs. Internal to the host table's functions.
#pragma once

#include "plugin/call.hpp"
#include "plugin/forked_child.hpp"

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace davit::plugin {

struct call_state;

// A result as the ABI shows it, over the PGresult that owns the text.
struct shown_result {
  explicit shown_result(postgres::result r);
  davit_result abi{};

private:
  postgres::result owner_;
  std::vector<davit_column> columns_;
  std::vector<const davit_column *> column_pointers_;
  std::vector<davit_cell> cells_;
};

// An error as the ABI shows it.
struct shown_error {
  davit_error abi{};
  std::string sqlstate, message, detail, context, hint, file, instance, handler, phase;
  bool hint_of_server = false; // else davit's own
  void set(const error &e, std::int32_t status);
};

} // namespace davit::plugin

// Open streams of davit.rows/1.
struct davit_rows {
  std::int32_t connection;
  std::uint64_t stream;
  davit::plugin::shown_result columns; // of no rows
  std::unique_ptr<davit::plugin::shown_result> row;
};

namespace davit::plugin {

struct call_state {
  call_state(const binding &b, const occasion &w);

  const binding &bound;
  const occasion &when;
  call_sql sql;

  // Null where there is none.
  const davit_run *shown_run();
  const davit_migration *shown_migration();
  const davit_binding *shown_binding();
  const davit_error *shown_failure();

  std::optional<shown_error> last_error;
  std::list<shown_result> results;
  std::list<davit_rows> streams;
  std::list<value> lent; // values handed out, alive until the handler returns

  std::string said;
  std::string message;
  std::uint64_t rows_affected = 0;

private:
  // Made when they are asked for: most handlers look at few of them.
  std::optional<davit_run> run_;
  std::optional<davit_migration> migration_;
  std::optional<davit_binding> binding_;
  std::optional<shown_error> failure_;
};

std::int32_t status_of(const error &e, int cancel_reason);

} // namespace davit::plugin

// Never freed, and not used again for the next 1024 calls, so that a ctx that a plugin kept is refused instead of read.
struct davit_ctx {
  std::atomic<davit::plugin::call_state *> state{nullptr};
  std::atomic<std::thread::id> thread{};
  std::atomic<bool> inside{false};                       // that thread is in a host function
  std::atomic<davit::plugin::misuse *> misused{nullptr}; // of the handler that has it, or had it
};

namespace davit::plugin {

class inside_host_function {
public:
  explicit inside_host_function(davit_ctx &ctx) : ctx_(ctx) { ctx_.inside.store(true); }
  ~inside_host_function() { ctx_.inside.store(false); }
  inside_host_function(const inside_host_function &) = delete;
  inside_host_function &operator=(const inside_host_function &) = delete;

private:
  davit_ctx &ctx_;
};

// Notes the misuse; returns the status.
std::int32_t refused(const davit_ctx &ctx, misuse::kind why, std::int32_t status) noexcept;

// Runs `work(call_state&)` if ctx is alive and this is its thread; every exception becomes a status and last_error.
template <class F> std::int32_t guarded(davit_ctx *ctx, F &&work) {
  if (!ctx) return DAVIT_ERR_INVALID;
  if (in_forked_child()) return DAVIT_ERR_THREAD; // the sessions are the parent's
  if (!ctx->state.load(std::memory_order_acquire)) return refused(*ctx, misuse::kept_context, DAVIT_ERR_STALE);
  if (ctx->thread.load(std::memory_order_relaxed) != std::this_thread::get_id())
    return refused(*ctx, misuse::other_thread, DAVIT_ERR_THREAD);
  const inside_host_function here(*ctx);
  call_state *const s = ctx->state.load();
  if (!s) return DAVIT_ERR_STALE; // abandoned since
  const auto remember = [s](const error &e, std::int32_t status) {
    s->last_error.emplace().set(e, status);
    return status;
  };
  try {
    return work(*s);
  } catch (const call_error &e) {
    return remember(e, e.status);
  } catch (const error &e) {
    return remember(e, status_of(e, s->bound.owner->shared().supervision.reason()));
  } catch (const std::bad_alloc &) {
    return remember(error(error_code::hook_failed, "out of memory"), DAVIT_ERR_MEMORY);
  } catch (const std::exception &e) {
    return remember(error(error_code::hook_failed, e.what()), DAVIT_ERR);
  }
}

// A copy of what a plugin passed; throws call_error unless it is text.
std::string take_text(davit_str s, const char *what);
// Borrowed from `copies`.
std::vector<postgres::parameter> take_parameters(const davit_value *params, std::size_t count,
                                                 std::vector<std::optional<std::string>> &copies);

} // namespace davit::plugin
