#include "plugin/call_state.hpp"

#include <limits>

namespace davit::plugin {

shown_result::shown_result(postgres::result r) : owner_(std::move(r)) {
  const auto columns = static_cast<std::uint32_t>(owner_.columns());
  const auto rows = static_cast<std::uint64_t>(owner_.rows());
  columns_.reserve(columns);
  cells_.reserve(rows * columns);
  for (int c = 0; c < owner_.columns(); ++c) {
    columns_.push_back({sizeof(davit_column), owner_.column_type(c), to_abi(owner_.column_name(c))});
    column_pointers_.push_back(&columns_.back());
  }
  for (int row = 0; row < owner_.rows(); ++row)
    for (int c = 0; c < owner_.columns(); ++c) {
      if (owner_.is_null(row, c)) {
        cells_.push_back({nullptr, -1});
      } else {
        const auto text = owner_.text(row, c);
        cells_.push_back({text.data(), static_cast<std::int64_t>(text.size())});
      }
    }
  abi.struct_size = sizeof(davit_result);
  abi.column_count = columns;
  abi.row_count = rows;
  abi.rows_affected = owner_.rows_affected();
  abi.command = to_abi(owner_.command());
  abi.columns = column_pointers_.data();
  abi.cells = cells_.data();
}

void shown_error::set(const error &e, std::int32_t status) {
  sqlstate = e.sqlstate;
  message = e.message;
  detail = e.detail;
  context = e.context;
  hint_of_server = !e.server_hint.empty();
  hint = hint_of_server ? e.server_hint : e.hint;
  file = e.where.file;
  instance = e.plugin;
  handler = e.handler;
  phase = e.phase;
  abi = {sizeof(davit_error), status,       to_abi(sqlstate), to_abi(message),  to_abi(detail),  to_abi(hint),
         to_abi(file),        e.where.line, e.where.column,   to_abi(instance), to_abi(handler), to_abi(phase)};
}

call_state::call_state(const binding &b, const occasion &w)
    : bound(b), when(w), sql(w.sessions, w.scope, b.owner->rights(), w.run.dry ? access::rehearse : access::write,
                             b.owner->shared().supervision) {}

const davit_run *call_state::shown_run() {
  const run_facts &r = when.run;
  if (!run_)
    run_ = {sizeof(davit_run),     r.dry ? static_cast<std::uint32_t>(DAVIT_RUN_DRY) : 0U,
            to_abi(r.id),          to_abi(r.command),
            to_abi(r.environment), to_abi(r.database),
            to_abi(r.host),        to_abi(r.user),
            to_abi(r.hint),        to_abi(r.hint_owner),
            to_abi(r.hint_token),  r.started_us};
  return &*run_;
}

const davit_migration *call_state::shown_migration() {
  const migration_facts *m = when.migration;
  if (!m) return nullptr;
  if (!migration_)
    migration_ = {sizeof(davit_migration),
                  m->no_transaction ? static_cast<std::uint32_t>(DAVIT_MIGRATION_NO_TRANSACTION) : 0U,
                  m->up ? DAVIT_UP : DAVIT_DOWN,
                  m->attempt,
                  to_abi(m->version),
                  to_abi(m->name),
                  to_abi(m->file),
                  to_abi(m->checksum)};
  return &*migration_;
}

const davit_binding *call_state::shown_binding() {
  const auto policy = bound.on_failure == config::failure_policy::abort  ? DAVIT_ON_FAILURE_ABORT
                      : bound.on_failure == config::failure_policy::warn ? DAVIT_ON_FAILURE_WARN
                                                                         : DAVIT_ON_FAILURE_IGNORE;
  if (!binding_)
    binding_ = {sizeof(davit_binding),
                bound.priority,
                to_abi(bound.id),
                to_abi(bound.owner->name()),
                to_abi(bound.what->name),
                to_abi(bound.phase),
                to_abi(bound.args_json),
                bound.deadline.count(),
                policy,
                0};
  return &*binding_;
}

const davit_error *call_state::shown_failure() {
  const error *e = when.failure;
  if (!e) return nullptr;
  if (!failure_)
    failure_.emplace().set(*e, e->code == error_code::hook_veto ? static_cast<std::int32_t>(DAVIT_VETO)
                                                                : status_of(*e, DAVIT_CANCEL_NONE));
  return &failure_->abi;
}

std::int32_t refused(const davit_ctx &ctx, misuse::kind why, std::int32_t status) noexcept {
  if (auto *of = ctx.misused.load(std::memory_order_relaxed)) of->note(why);
  return status;
}

std::int32_t status_of(const error &e, int cancel_reason) {
  switch (e.code) {
  case error_code::sql:
    return e.sqlstate == postgres::sqlstate::query_canceled && cancel_reason != DAVIT_CANCEL_NONE ? DAVIT_ERR_CANCELLED
                                                                                                  : DAVIT_ERR_SQL;
  case error_code::connect:
  case error_code::connection_lost: return DAVIT_ERR_CONNECTION;
  case error_code::hook_deadline:
  case error_code::hook_abandoned:
  case error_code::run_deadline: return DAVIT_ERR_DEADLINE;
  case error_code::interrupted:
  case error_code::terminated: return DAVIT_ERR_CANCELLED;
  default: return DAVIT_ERR;
  }
}

std::string take_text(davit_str s, const char *what) {
  if ((!s.data && s.len) || !is_text(view(s)))
    throw call_error(DAVIT_ERR_INVALID, std::string(what) + " is not UTF-8 text without NUL");
  return std::string(view(s));
}

std::vector<postgres::parameter> take_parameters(const davit_value *params, std::size_t count,
                                                 std::vector<std::optional<std::string>> &copies) {
  constexpr std::size_t most = 65'535; // of the protocol
  if (count > most || (count && !params))
    throw call_error(DAVIT_ERR_INVALID, "too many parameters, or none where some were promised");
  std::vector<postgres::parameter> out;
  copies.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const davit_value &p = params[i];
    if ((p.type == DAVIT_TYPE_STR || p.type == DAVIT_TYPE_JSON) && p.reserved == 0) { // no limit on their size here
      copies.emplace_back(take_text(p.as.str, "a parameter"));
    } else {
      const auto v = copy(p);
      if (!v)
        throw call_error(DAVIT_ERR_INVALID,
                         "parameter $" + std::to_string(i + 1) + " has an unknown type or is not finite");
      copies.push_back(to_parameter(*v));
    }
    out.emplace_back(copies.back() ? postgres::parameter(*copies.back()) : std::nullopt);
  }
  return out;
}

} // namespace davit::plugin
