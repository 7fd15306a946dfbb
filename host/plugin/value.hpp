// The typed value of stats, info keys and configuration, and its borrowed form at the boundary.
#pragma once

#include "base/utf8.hpp"

#include <davit/plugin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace davit::plugin {

struct json_text {
  std::string text;
  bool operator==(const json_text &) const = default;
};

using value = std::variant<std::monostate, bool, std::int64_t, double, std::string, json_text>;

inline constexpr std::size_t longest_text = std::size_t{1} << 20; // bytes of a string or JSON stat

// Borrows from `v`, which must outlive the result.
davit_value borrow(const value &v);

// A copy of a plugin's value; nullopt if it is malformed: unknown type, not finite, no UTF-8, NUL, bad JSON, too long.
std::optional<value> copy(const davit_value &v);

// As PostgreSQL's text format wants it; nullopt for NONE.
std::optional<std::string> to_parameter(const value &v);

// JSON text of the value.
std::string to_json(const value &v);

std::string_view type_name(std::uint32_t type); // of DAVIT_TYPE_…

inline davit_str to_abi(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view view(davit_str s) { return s.data ? std::string_view(s.data, s.len) : std::string_view(); }

// UTF-8 without NUL.
inline bool is_text(std::string_view s) { return is_utf8_text(s); }

} // namespace davit::plugin
