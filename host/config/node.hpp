// A TOML value with the place it was written at, so that whoever validates it later can say file:line:column.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace davit::config {

struct node;
using array = std::vector<node>;
using table = std::vector<std::pair<std::string, node>>; // in the order of the file

struct node {
  // Out of line: clang 14 cannot yet decide inside the class whether pairs of nodes can be made.
  node() noexcept;

  // monostate: absent. Dates and times are strings as TOML writes them.
  std::variant<std::monostate, bool, std::int64_t, double, std::string, array, table> value;
  place where;
  place key_where; // in a table: where the value's key is written; otherwise unknown

  bool absent() const { return value.index() == 0; }
  const node *find(std::string_view key) const; // null if this is no table or has no such key
  std::string_view type_name() const;           // "string", "integer", … as TOML calls it
};

// Compact JSON text. Doubles that JSON lacks (inf, nan) are strings.
std::string to_json(const node &n);

} // namespace davit::config
