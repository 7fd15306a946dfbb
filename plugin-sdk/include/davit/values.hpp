// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// davit/values.hpp: errors, and values in and out of the boundary. Part of <davit/plugin.hpp>: include that.
#ifndef DAVIT_VALUES_HPP
#define DAVIT_VALUES_HPP

#include <davit/plugin.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace davit DAVIT_HIDDEN {
inline namespace v1_0 {

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

} // namespace v1_0
} // namespace DAVIT_HIDDEN

#endif
