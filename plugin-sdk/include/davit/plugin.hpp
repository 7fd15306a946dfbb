// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// davit/plugin.hpp: the C ABI of <davit/plugin.h> as C++17. Header-only; nothing of it crosses the boundary.
//
// Handlers throw to fail: davit::veto refuses on purpose, davit::error and every other exception fail the handler with
// its what(). Host calls that fail throw davit::error. No exception leaves the plugin. Lifetimes, threads and phases
// are those of <davit/plugin.h>; string_views that davit hands out live until the handler returns.
#ifndef DAVIT_PLUGIN_HPP
#define DAVIT_PLUGIN_HPP

#if !defined(__cpp_exceptions)
#error                                                                                                                 \
    "davit/plugin.hpp needs exceptions: build without -fno-exceptions, or write against the C header <davit/plugin.h>"
#endif

#include <davit/plugin.h>

#include <charconv>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace davit {
inline namespace v1_0 { // one per target minor: two of them in one library never share inline code

namespace detail {
inline davit_str str(std::string_view s) noexcept { return {s.data(), s.size()}; }
inline std::string_view view(davit_str s) noexcept {
  return s.data ? std::string_view(s.data, s.len) : std::string_view();
}
inline std::string text(davit_str s) { return std::string(view(s)); }
template <class T> struct dependent_false : std::false_type {};
template <class T> struct is_optional : std::false_type {};
template <class T> struct is_optional<std::optional<T>> : std::true_type {};
} // namespace detail

// Names of the phases of this SDK; any other string works as well.
namespace phase {
#define DAVIT_PHASE(name, origin, connection, failure, answers, fires, on_failure)                                     \
  inline constexpr std::string_view name = #name;
#include <davit/phases.def>
} // namespace phase

// ---- Errors -----------------------------------------------------------------------------------------------------

class error : public std::runtime_error {
public:
  explicit error(const std::string &message, std::int32_t status = DAVIT_ERR)
      : std::runtime_error(message), status_(status) {}
  error(std::int32_t status, const davit_error *details, std::string_view fallback)
      : std::runtime_error(std::string(details && details->message.len ? detail::view(details->message) : fallback)),
        status_(status) {
    if (!details) return;
    sqlstate_ = detail::view(details->sqlstate);
    detail_ = detail::view(details->detail);
    hint_ = detail::view(details->hint);
  }
  std::int32_t status() const noexcept { return status_; } // DAVIT_ERR_…
  const std::string &sqlstate() const noexcept { return sqlstate_; }
  const std::string &detail() const noexcept { return detail_; }
  const std::string &hint() const noexcept { return hint_; }

private:
  std::int32_t status_;
  std::string sqlstate_, detail_, hint_;
};

// Refuses the migration on purpose: exit 7, whatever the failure policy.
class veto : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

// ---- Values -----------------------------------------------------------------------------------------------------

// JSON text, where a plain string would be text.
struct json {
  std::string text;
};

namespace detail {

// A davit_value that owns nothing: it borrows strings until the call it is made for returns.
template <class T> davit_value to_value(const T &v) {
  davit_value out{};
  if constexpr (is_optional<T>::value) {
    if (v) out = to_value(*v);
  } else if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
    // stays NONE
  } else if constexpr (std::is_same_v<T, bool>) {
    out.type = DAVIT_TYPE_BOOL;
    out.as.boolean = v ? 1 : 0;
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8)
      if (v > static_cast<T>(INT64_MAX)) throw error("integer is too large for a davit value", DAVIT_ERR_INVALID);
    out.type = DAVIT_TYPE_I64;
    out.as.i64 = static_cast<std::int64_t>(v);
  } else if constexpr (std::is_floating_point_v<T>) {
    out.type = DAVIT_TYPE_F64;
    out.as.f64 = static_cast<double>(v);
  } else if constexpr (std::is_same_v<T, json>) {
    out.type = DAVIT_TYPE_JSON;
    out.as.str = str(v.text);
  } else if constexpr (std::is_convertible_v<const T &, std::string_view>) {
    out.type = DAVIT_TYPE_STR;
    out.as.str = str(v);
  } else {
    static_assert(dependent_false<T>::value, "not a type that davit_value can hold");
  }
  return out;
}

template <class T> T from_value(const davit_value &v, std::string_view what) {
  const auto mismatch = [&]() -> error {
    return error("'" + std::string(what) + (v.type == DAVIT_TYPE_NONE ? "' has no value" : "' has another type"),
                 DAVIT_ERR_TYPE);
  };
  if constexpr (is_optional<T>::value) {
    if (v.type == DAVIT_TYPE_NONE) return std::nullopt;
    return from_value<typename T::value_type>(v, what);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (v.type != DAVIT_TYPE_BOOL) throw mismatch();
    return v.as.boolean != 0;
  } else if constexpr (std::is_integral_v<T>) {
    if (v.type != DAVIT_TYPE_I64) throw mismatch();
    const auto cast = static_cast<T>(v.as.i64);
    if (static_cast<std::int64_t>(cast) != v.as.i64 || (std::is_unsigned_v<T> && v.as.i64 < 0))
      throw error("'" + std::string(what) + "' is out of range", DAVIT_ERR_TYPE);
    return cast;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (v.type == DAVIT_TYPE_I64) return static_cast<T>(v.as.i64);
    if (v.type != DAVIT_TYPE_F64) throw mismatch();
    return static_cast<T>(v.as.f64);
  } else if constexpr (std::is_same_v<T, json>) {
    if (v.type != DAVIT_TYPE_JSON) throw mismatch();
    return json{std::string(view(v.as.str))};
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    if (v.type != DAVIT_TYPE_STR && v.type != DAVIT_TYPE_JSON) throw mismatch();
    return T(view(v.as.str));
  } else {
    static_assert(dependent_false<T>::value, "not a type that davit_value can hold");
  }
}

// Strict: the whole cell must be the value.
template <class T> T from_cell(const davit_cell &c, std::string_view column) {
  if constexpr (is_optional<T>::value) {
    if (c.len < 0) return std::nullopt;
    return from_cell<typename T::value_type>(c, column);
  } else {
    const auto bad = [&](const char *why) {
      return error("column '" + std::string(column) + "' " + why, DAVIT_ERR_TYPE);
    };
    if (c.len < 0) throw bad("is NULL; read it as std::optional");
    const std::string_view text(c.data, static_cast<std::size_t>(c.len));
    if constexpr (std::is_same_v<T, bool>) {
      if (text == "t") return true;
      if (text == "f") return false;
      throw bad("is not a boolean");
    } else if constexpr (std::is_arithmetic_v<T>) {
      T value{};
      const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (ec != std::errc() || end != text.data() + text.size()) throw bad("is not a number of that type");
      return value;
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
      return T(text);
    } else {
      static_assert(dependent_false<T>::value, "not a type that a column can be read as");
    }
  }
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
    return detail::from_cell<T>(cell(column), detail::view(columns_[column]->name));
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
  template <class T> T scalar() const { return (*this)[0].template get<T>(0); }

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
  void check(std::int32_t status, std::string_view what) const {
    if (status < 0) throw error(status, host_->last_error(ctx_), what);
  }
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
    if (!m) throw error("there is no migration at this phase", DAVIT_ERR_STATE);
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
  void check(std::int32_t status, std::string_view what) const {
    if (status < 0) throw error(status, host_->last_error(ctx_), what);
  }
  const davit_host *host_;
  davit_ctx *ctx_;
};

// ---- Configuration keys ---------------------------------------------------------------------------------------------

enum class type : std::uint32_t {
  boolean = DAVIT_TYPE_BOOL,
  integer = DAVIT_TYPE_I64,
  number = DAVIT_TYPE_F64,
  text = DAVIT_TYPE_STR,
  json = DAVIT_TYPE_JSON,
};
inline constexpr std::uint32_t required = DAVIT_KEY_REQUIRED;
inline constexpr std::uint32_t secret = DAVIT_KEY_SECRET;

// {"max_rows", 1000, "what it is for"}: the default gives the type; {"url", davit::type::text, "…", davit::required}
// has none. `path` is that of davit_key: "table", "limits.rows", "checks[].sql".
struct key {
  template <class T>
  constexpr key(std::string_view path_, T default_, std::string_view doc_, std::uint32_t flags_ = 0) noexcept
      : path(path_), doc(doc_), flags(flags_) {
    if constexpr (std::is_same_v<T, davit::type>) {
      value_type = default_;
    } else {
      has_default = true;
      if constexpr (std::is_same_v<T, bool>) {
        value_type = type::boolean;
        integer = default_ ? 1 : 0;
      } else if constexpr (std::is_integral_v<T>) {
        value_type = type::integer;
        integer = static_cast<std::int64_t>(default_);
      } else if constexpr (std::is_floating_point_v<T>) {
        value_type = type::number;
        number = static_cast<double>(default_);
      } else {
        value_type = type::text;
        text = default_;
      }
    }
  }

  std::string_view path, doc;
  std::uint32_t flags;
  type value_type = type::text;
  bool has_default = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view text{};
};

namespace detail {
inline davit_key to_c(const key &k) noexcept {
  davit_key out{};
  out.struct_size = sizeof(davit_key);
  out.type = static_cast<std::uint32_t>(k.value_type);
  out.flags = k.flags;
  out.name = str(k.path);
  out.doc = str(k.doc);
  if (!k.has_default) return out;
  out.default_value.type = out.type;
  switch (k.value_type) {
  case type::boolean: out.default_value.as.boolean = static_cast<std::uint64_t>(k.integer); break;
  case type::integer: out.default_value.as.i64 = k.integer; break;
  case type::number: out.default_value.as.f64 = k.number; break;
  case type::text:
  case type::json: out.default_value.as.str = str(k.text); break;
  }
  return out;
}
} // namespace detail

// ---- Setup and the entry function -----------------------------------------------------------------------------------

using handler = std::function<void(context &)>;

namespace detail {

struct handler_slot {
  const davit_host *host;
  handler fn;
};

// The edge: every exception ends here as a status and a text.
inline std::int32_t call(void *user, davit_ctx *ctx) noexcept {
  const auto *slot = static_cast<const handler_slot *>(user);
  const auto say = [&](std::int32_t status, std::string_view text) { return slot->host->fail(ctx, status, str(text)); };
  try {
    context cx(slot->host, ctx);
    slot->fn(cx);
    return DAVIT_OK;
  } catch (const veto &e) {
    return say(DAVIT_VETO, e.what());
  } catch (const error &e) {
    return say(e.status() < 0 ? e.status() : DAVIT_ERR, e.what());
  } catch (const std::bad_alloc &) {
    return say(DAVIT_ERR_MEMORY, "out of memory");
  } catch (const std::exception &e) {
    return say(DAVIT_ERR, e.what());
  } catch (...) {
    return say(DAVIT_ERR, "the handler threw something that is not a std::exception");
  }
}
} // namespace detail

class setup {
public:
  setup(const davit_host *host, davit_init *init, std::deque<detail::handler_slot> &slots) noexcept
      : host_(host), init_(init), slots_(slots) {}
  const davit_host *host() const noexcept { return host_; }
  std::string_view instance() const noexcept { return detail::view(host_->instance); }

  // A configuration value by dotted path ("checks.0.sql"). Without a value and a default it is an error, unless T is a
  // std::optional. std::vector reads an array.
  template <class T> T config(std::string_view path) const { return config_of(path, static_cast<T *>(nullptr)); }
  // Elements of an array or table; 0 if absent.
  std::uint64_t config_length(std::string_view path) const {
    std::uint64_t n = 0;
    check(host_->config_length(host_, init_, detail::str(path), &n));
    return n;
  }

  // Declares a handler that davit.toml can bind by its name.
  void offer(std::string_view name, handler fn, std::uint32_t flags = 0) {
    slots_.push_back({host_, std::move(fn)});
    check(host_->handler(host_, init_, detail::str(name), &detail::call, &slots_.back(), flags));
  }
  // Binds a declared handler to a phase.
  void bind(std::string_view name, std::string_view at, std::int32_t priority = 0, std::uint32_t flags = 0) {
    check(host_->bind(host_, init_, detail::str(name), detail::str(at), priority, flags));
  }
  // Both at once.
  void on(std::string_view at, std::string_view name, handler fn, std::int32_t priority = 0, std::uint32_t flags = 0) {
    offer(name, std::move(fn), flags);
    bind(name, at, priority);
  }

private:
  void check(std::int32_t status) const {
    if (status < 0) throw error(std::string(detail::view(host_->init_error(host_, init_))), status);
  }
  template <class T> T config_of(std::string_view path, T *) const {
    davit_value v{};
    check(host_->config(host_, init_, detail::str(path), &v));
    return detail::from_value<T>(v, path);
  }
  template <class T> std::vector<T> config_of(std::string_view path, std::vector<T> *) const {
    std::vector<T> out;
    const std::uint64_t n = config_length(path);
    out.reserve(n);
    for (std::uint64_t i = 0; i < n; ++i) out.push_back(config<T>(std::string(path) + "." + std::to_string(i)));
    return out;
  }
  const davit_host *host_;
  davit_init *init_;
  std::deque<detail::handler_slot> &slots_;
};

namespace detail {

// One instance: the plugin's object and the handlers it declared; handlers go last, as they may refer to the object.
template <class T> struct instance {
  std::deque<handler_slot> slots;
  std::unique_ptr<T> object;
};

template <class T> std::int32_t init(const davit_host *host, davit_init *in, void **out) noexcept {
  const auto say = [&](std::int32_t status, std::string_view text) {
    return host->init_fail(host, in, status, str(text));
  };
  try {
    auto made = std::make_unique<instance<T>>();
    setup s(host, in, made->slots);
    made->object = std::make_unique<T>(s);
    *out = made.release();
    return DAVIT_OK;
  } catch (const error &e) {
    return say(e.status() < 0 ? e.status() : DAVIT_ERR, e.what());
  } catch (const std::bad_alloc &) {
    return say(DAVIT_ERR_MEMORY, "out of memory");
  } catch (const std::exception &e) {
    return say(DAVIT_ERR, e.what());
  } catch (...) {
    return say(DAVIT_ERR, "init threw something that is not a std::exception");
  }
}

template <class T> void destroy(void *p) noexcept {
  try {
    delete static_cast<instance<T> *>(p);
  } catch (...) { // a destructor declared noexcept(false): there is nobody left to tell
  }
}

template <class T, class = void> struct keys_of {
  static const davit_key *const *list() noexcept { return nullptr; }
  static constexpr std::uint32_t count = 0;
};
template <class T> struct keys_of<T, std::void_t<decltype(std::size(T::keys))>> {
  static constexpr std::uint32_t count = static_cast<std::uint32_t>(std::size(T::keys));
  static const davit_key *const *list() {
    static const auto keys = [] {
      std::vector<davit_key> v;
      for (const key &k : T::keys) v.push_back(to_c(k));
      return v;
    }();
    static const auto pointers = [] {
      std::vector<const davit_key *> v;
      for (const davit_key &k : keys) v.push_back(&k);
      return v;
    }();
    return pointers.data();
  }
};

template <class T, class... C>
const davit_plugin *describe(std::string_view id, std::string_view version, std::string_view summary,
                             const C &...capability) {
  static const std::vector<davit_str> capabilities{str(capability)...};
  static const davit_plugin plugin = [&] {
    davit_plugin p{};
    p.struct_size = sizeof(davit_plugin);
    p.abi_major = DAVIT_ABI_MAJOR;
    p.min_minor = DAVIT_TARGET_MINOR;
    p.id = str(id);
    p.version = str(version);
    p.summary = str(summary);
    p.keys = keys_of<T>::list();
    p.key_count = keys_of<T>::count;
    p.capabilities = capabilities.data();
    p.capability_count = static_cast<std::uint32_t>(capabilities.size());
    p.init = &init<T>;
    p.destroy = &destroy<T>;
    return p;
  }();
  return &plugin;
}

// Plugins made of free functions: DAVIT_HOOK adds to this list, in the order of the file.
struct hook {
  std::string_view phase; // empty: offered, not bound
  std::string_view name;
  void (*fn)(context &);
};
inline std::vector<hook> &hooks() {
  static std::vector<hook> all;
  return all;
}
struct hook_registration {
  hook_registration(std::string_view at, std::string_view name, void (*fn)(context &)) {
    hooks().push_back({at, name, fn});
  }
};
struct hooks_plugin {
  explicit hooks_plugin(setup &s) {
    for (const hook &h : hooks()) {
      s.offer(h.name, h.fn);
      if (!h.phase.empty()) s.bind(h.name, h.phase);
    }
  }
};
} // namespace detail
} // namespace v1_0
} // namespace davit

// Exports a class as the plugin: constructible from davit::setup&, with `static constexpr davit::key keys[]` if it has
// configuration. DAVIT_PLUGIN(type, id, version, summary, capability…)
#define DAVIT_PLUGIN(type, ...)                                                                                        \
  extern "C" DAVIT_EXPORT const davit_plugin *davit_plugin_v1(void) {                                                  \
    try {                                                                                                              \
      return ::davit::detail::describe<type>(__VA_ARGS__);                                                             \
    } catch (...) {                                                                                                    \
      return nullptr; /* out of memory: davit says that the entry function gave no descriptor */                       \
    }                                                                                                                  \
  }

// A handler as a free function, bound to a phase: DAVIT_HOOK(post_execute, name) { … use cx … }
#define DAVIT_HOOK(at, name) DAVIT_HOOK_IMPL(::davit::phase::at, name)
// One that davit.toml binds by name.
#define DAVIT_HANDLER(name) DAVIT_HOOK_IMPL(::std::string_view{}, name)
#define DAVIT_HOOK_IMPL(at, name)                                                                                      \
  static void name(::davit::context &cx);                                                                              \
  static const ::davit::detail::hook_registration name##_registration{at, #name, &name};                               \
  static void name([[maybe_unused]] ::davit::context &cx)
// Exports the functions of this library as the plugin: DAVIT_HOOKS(id, version, summary, capability…)
#define DAVIT_HOOKS(...) DAVIT_PLUGIN(::davit::detail::hooks_plugin, __VA_ARGS__)

#endif
