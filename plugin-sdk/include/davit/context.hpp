// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// davit/context.hpp: what a handler sees: results, the two connections, metadata, stats. Part of <davit/plugin.hpp>:
// include that.
#ifndef DAVIT_CONTEXT_HPP
#define DAVIT_CONTEXT_HPP

#include <davit/values.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace davit DAVIT_HIDDEN {
inline namespace v1_0 {

namespace detail {
// davit tells nothing on a ctx that it refuses, not even why: only the status says it.
inline void check(std::int32_t status, const davit_host *host, davit_ctx *ctx, std::string_view what) {
  if (status >= 0) return;
  std::string why(what);
  if (status == DAVIT_ERR_THREAD)
    why += ": called on another thread than the handler's; do it on the thread that davit called";
  if (status == DAVIT_ERR_STALE) why += ": the handler of this context has returned";
  throw error(status, host->last_error(ctx), why);
}
} // namespace detail

// ---- Results ----------------------------------------------------------------------------------------------------

class row {
public:
  row(const davit_cell *cells, const davit_column *const *columns, std::uint32_t count) noexcept
      : cells_(cells), columns_(columns), count_(count) {}

  std::uint32_t size() const noexcept { return count_; }
  bool is_null(std::uint32_t column) const { return cell(column).len < 0; }

  template <class T> T get(std::uint32_t column) const {
    const davit_cell &c = cell(column); // checks the number
    return detail::from_cell<T>(c, detail::view(columns_[column]->name));
  }
  template <class T> T get(std::string_view name) const {
    for (std::uint32_t i = 0; i < count_; ++i)
      if (detail::view(columns_[i]->name) == name) return get<T>(i);
    throw error("the result has no column '" + std::string(name) + "'", DAVIT_ERR_NOT_FOUND);
  }

private:
  const davit_cell &cell(std::uint32_t column) const {
    if (column >= count_) throw error("the result has no column number " + std::to_string(column), DAVIT_ERR_NOT_FOUND);
    return cells_[column];
  }
  const davit_cell *cells_;
  const davit_column *const *columns_;
  std::uint32_t count_;
};

// Owns one result; its rows live as long as it does.
class result {
public:
  result(const davit_host *host, davit_ctx *ctx, const davit_result *r) noexcept : host_(host), ctx_(ctx), r_(r) {}
  result(result &&other) noexcept : host_(other.host_), ctx_(other.ctx_), r_(std::exchange(other.r_, nullptr)) {}
  result &operator=(result &&other) noexcept {
    std::swap(host_, other.host_);
    std::swap(ctx_, other.ctx_);
    std::swap(r_, other.r_);
    return *this;
  }
  ~result() {
    if (r_) host_->release(ctx_, r_);
  }

  std::uint64_t size() const noexcept { return r_->row_count; }
  bool empty() const noexcept { return r_->row_count == 0; }
  std::uint64_t rows_affected() const noexcept { return r_->rows_affected; }
  std::string_view command() const noexcept { return detail::view(r_->command); }

  row operator[](std::uint64_t index) const {
    if (index >= r_->row_count)
      throw error("the result has no row number " + std::to_string(index), DAVIT_ERR_NOT_FOUND);
    return row(r_->cells + index * r_->column_count, r_->columns, r_->column_count);
  }

  // The first column of the first row.
  template <class T> T scalar() const & { return (*this)[0].template get<T>(0); }
  template <class T> T scalar() && {
    static_assert(!std::is_same_v<T, std::string_view>,
                  "the text ends with the result: read a std::string, or keep the result");
    return (*this)[0].template get<T>(0);
  }

  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = row;
    using difference_type = std::ptrdiff_t;
    using pointer = const row *;
    using reference = row;
    iterator(const result *of, std::uint64_t at) noexcept : of_(of), at_(at) {}
    row operator*() const { return (*of_)[at_]; }
    iterator &operator++() noexcept {
      ++at_;
      return *this;
    }
    bool operator!=(const iterator &other) const noexcept { return at_ != other.at_; }
    bool operator==(const iterator &other) const noexcept { return at_ == other.at_; }

  private:
    const result *of_;
    std::uint64_t at_;
  };
  iterator begin() const noexcept { return {this, 0}; }
  iterator end() const noexcept { return {this, r_->row_count}; }

private:
  const davit_host *host_;
  davit_ctx *ctx_;
  const davit_result *r_;
};

// ---- What a handler sees ------------------------------------------------------------------------------------------

struct run {
  std::string id, command, environment, database, host, user, hint, hint_owner, hint_token;
  std::int64_t started_us;
  bool dry;
};

struct migration {
  std::string version, name, file, checksum;
  bool up; // else down
  bool no_transaction;
  std::uint32_t attempt;
};

struct binding {
  std::string id, instance, handler, phase, args;
  std::int32_t priority;
  std::int64_t deadline_ms;
};

class context;

// One of the two connections; `context::query` is the migration's own.
class connection {
public:
  connection(const davit_host *host, davit_ctx *ctx, std::int32_t which) noexcept
      : host_(host), ctx_(ctx), which_(which) {}

  // Runs one statement; $1… are `params`: numbers, bools, strings, optionals, nullptr.
  template <class... P> result query(std::string_view sql, const P &...params) const {
    const davit_value values[sizeof...(P) + 1] = {detail::to_value(params)..., davit_value{}};
    const davit_result *r = nullptr;
    check(host_->query(ctx_, which_, detail::str(sql), values, sizeof...(P), &r), "query failed");
    return result(host_, ctx_, r);
  }

  // Calls `each(row)` for every row of a result that need not fit into memory. False from `each` ends it early.
  template <class F, class... P> void for_each(std::string_view sql, F &&each, const P &...params) const {
    const auto *ext = static_cast<const davit_ext_rows_v1 *>(host_->get_extension(host_, davit_cstr(DAVIT_EXT_ROWS)));
    if (!ext) throw error("this davit does not offer " DAVIT_EXT_ROWS, DAVIT_ERR_UNSUPPORTED);
    const davit_value values[sizeof...(P) + 1] = {detail::to_value(params)..., davit_value{}};
    davit_rows *rows = nullptr;
    check(ext->open(ctx_, which_, detail::str(sql), values, sizeof...(P), &rows), "query failed");
    const auto close = [&](davit_rows *r) { ext->close(ctx_, r); };
    std::unique_ptr<davit_rows, decltype(close)> guard(rows, close);
    const davit_column *const *columns = nullptr;
    std::uint32_t count = 0;
    check(ext->columns(ctx_, rows, &columns, &count), "columns");
    for (const davit_cell *cells = nullptr;;) {
      check(ext->next(ctx_, rows, &cells), "fetching a row failed");
      if (!cells) break;
      if constexpr (std::is_convertible_v<std::invoke_result_t<F &, row>, bool>) {
        if (!each(row(cells, columns, count))) break;
      } else {
        each(row(cells, columns, count));
      }
    }
    guard.release();
    check(ext->close(ctx_, rows), "closing the result failed");
  }

private:
  void check(std::int32_t status, std::string_view what) const { detail::check(status, host_, ctx_, what); }
  const davit_host *host_;
  davit_ctx *ctx_;
  std::int32_t which_;
};

class context {
public:
  context(const davit_host *host, davit_ctx *ctx) noexcept : host_(host), ctx_(ctx) {}
  const davit_host *host() const noexcept { return host_; }
  davit_ctx *get() const noexcept { return ctx_; }

  davit::run run() const {
    const davit_run &r = alive(host_->run(ctx_));
    using detail::text;
    return {text(r.id),
            text(r.command),
            text(r.environment),
            text(r.database),
            text(r.host),
            text(r.user),
            text(r.hint),
            text(r.hint_owner),
            text(r.hint_token),
            r.started_us,
            (r.flags & DAVIT_RUN_DRY) != 0};
  }
  std::string environment() const { return run().environment; }
  bool in_migration() const noexcept { return host_->migration(ctx_) != nullptr; }
  davit::migration migration() const {
    const davit_migration *m = host_->migration(ctx_);
    if (!m) {
      alive(host_->run(ctx_));
      throw error("there is no migration at this phase", DAVIT_ERR_STATE);
    }
    using detail::text;
    return {text(m->version),
            text(m->name),
            text(m->file),
            text(m->checksum),
            m->direction == DAVIT_UP,
            (m->flags & DAVIT_MIGRATION_NO_TRANSACTION) != 0,
            m->attempt};
  }
  davit::binding binding() const {
    const davit_binding &b = alive(host_->binding(ctx_));
    using detail::text;
    return {text(b.id), text(b.instance), text(b.handler), text(b.phase), text(b.args), b.priority, b.deadline_ms};
  }
  // What failed, in on_error and failure; else null.
  const davit_error *failure() const noexcept { return host_->error(ctx_); }

  // A fact by its key (see phases.def); empty if unknown here, or to this davit.
  template <class T> std::optional<T> info(std::string_view key) const {
    davit_value v{};
    const std::int32_t status = host_->info(ctx_, detail::str(key), &v);
    if (status == DAVIT_ERR_NOT_FOUND) return std::nullopt;
    check(status, "info");
    return detail::from_value<std::optional<T>>(v, key);
  }
  template <class T> std::optional<T> arg(std::string_view key) const { return info<T>("args." + std::string(key)); }

  connection db() const noexcept { return {host_, ctx_, DAVIT_CONN_MIGRATION}; }
  connection side() const noexcept { return {host_, ctx_, DAVIT_CONN_SIDE}; }
  template <class... P> result query(std::string_view sql, const P &...params) const {
    return db().query(sql, params...);
  }
  template <class F, class... P> void for_each(std::string_view sql, F &&each, const P &...params) const {
    db().for_each(sql, std::forward<F>(each), params...);
  }
  // Back to where this handler began, on the migration's connection.
  void undo() const { check(host_->undo(ctx_), "undo failed"); }

  template <class T> void set_stat(std::string_view key, const T &value) const {
    const davit_value v = detail::to_value(value);
    check(host_->stat_set(ctx_, detail::str(key), &v), "set_stat failed");
  }
  // The stat, which must be there.
  template <class T> T get_stat(std::string_view key) const {
    davit_value v{};
    check(host_->stat_get(ctx_, detail::str(key), &v), "get_stat failed");
    return detail::from_value<T>(v, key);
  }
  template <class T> std::optional<T> find_stat(std::string_view key) const { return get_stat<std::optional<T>>(key); }
  template <class T> T add_stat(std::string_view key, T delta) const {
    const davit_value v = detail::to_value(delta);
    davit_value sum{};
    check(host_->stat_add(ctx_, detail::str(key), &v, &sum), "add_stat failed");
    return detail::from_value<T>(sum, key);
  }

  void report(std::uint64_t rows_affected, std::string_view message = {}) const {
    check(host_->report(ctx_, rows_affected, detail::str(message)), "report failed");
  }
  void report(std::string_view message) const { report(0, message); }

  void log(std::string_view text, std::int32_t level = DAVIT_LOG_INFO) const noexcept {
    host_->log(host_, level, detail::str(text));
  }
  void warn(std::string_view text) const noexcept { log(text, DAVIT_LOG_WARN); }

  // Whether to give up; a query under way is cancelled by davit itself.
  bool cancelled() const noexcept { return host_->cancelled(host_) != DAVIT_CANCEL_NONE; }

private:
  template <class T> const T &alive(const T *p) const {
    if (!p) throw error("the handler of this context has returned, or runs on another thread", DAVIT_ERR_STALE);
    return *p;
  }
  void check(std::int32_t status, std::string_view what) const { detail::check(status, host_, ctx_, what); }
  const davit_host *host_;
  davit_ctx *ctx_;
};

} // namespace v1_0
} // namespace DAVIT_HIDDEN

#endif
