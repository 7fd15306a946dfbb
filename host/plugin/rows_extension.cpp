#include "plugin/rows_extension.hpp"

#include "plugin/call_state.hpp"

#include <algorithm>

namespace davit::plugin {
namespace {

davit_rows &open_stream(call_state &s, davit_rows *rows) {
  const auto at = std::find_if(s.streams.begin(), s.streams.end(), [rows](const davit_rows &r) { return &r == rows; });
  if (at == s.streams.end()) throw call_error(DAVIT_ERR_STALE, "not an open stream of this handler");
  return *at;
}

std::int32_t open(davit_ctx *ctx, std::int32_t connection, davit_str sql, const davit_value *params, std::size_t count,
                  davit_rows **out) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    if (!out) throw call_error(DAVIT_ERR_INVALID, "open: no place for the stream");
    *out = nullptr;
    std::vector<std::optional<std::string>> copies;
    const auto parameters = take_parameters(params, count, copies);
    channel::stream opened = s.sql.open_rows(connection, take_text(sql, "the statement"), parameters);
    *out = &s.streams.emplace_back(davit_rows{connection, opened.id, shown_result(std::move(opened.columns)), nullptr});
    return DAVIT_OK;
  });
}

std::int32_t columns(davit_ctx *ctx, davit_rows *rows, const davit_column *const **out, std::uint32_t *count) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    const davit_rows &r = open_stream(s, rows);
    if (!out || !count) throw call_error(DAVIT_ERR_INVALID, "columns: no place for the answer");
    *out = r.columns.abi.columns;
    *count = r.columns.abi.column_count;
    return DAVIT_OK;
  });
}

std::int32_t next(davit_ctx *ctx, davit_rows *rows, const davit_cell **out) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    davit_rows &r = open_stream(s, rows);
    if (!out) throw call_error(DAVIT_ERR_INVALID, "next: no place for the row");
    *out = nullptr;
    r.row.reset();
    if (auto row = s.sql.next_row(r.connection, r.stream)) {
      r.row = std::make_unique<shown_result>(std::move(*row));
      *out = r.row->abi.cells;
    }
    return DAVIT_OK;
  });
}

std::int32_t close(davit_ctx *ctx, davit_rows *rows) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    davit_rows &r = open_stream(s, rows);
    s.sql.close_rows(r.connection, r.stream);
    s.streams.remove_if([&r](const davit_rows &x) { return &x == &r; });
    return DAVIT_OK;
  });
}

constexpr davit_ext_rows_v1 table{sizeof(davit_ext_rows_v1), 0, open, columns, next, close};

} // namespace

const davit_ext_rows_v1 *rows_extension() { return &table; }

} // namespace davit::plugin
