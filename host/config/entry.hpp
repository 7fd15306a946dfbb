// Reading a table whose keys are known: each key with the function that takes its value.
#pragma once

#include "config/mask.hpp"
#include "config/node.hpp"
#include "config/settings.hpp"

#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace davit::config {

// A key and its value; each getter throws error_code::config_value at the value's place if it is of another type or out
// of range. An entry lives no longer than the node it was made from.
class entry {
public:
  entry(std::string_view key, const node &value) : key_(key), value_(value) {}

  std::string_view key() const { return key_; }
  const node &value() const { return value_; }
  const place &where() const { return value_.where; }

  const std::string &text() const;
  const std::string &non_empty_text() const;
  bool flag() const;
  std::vector<std::string> texts() const; // an array of non-empty strings
  milliseconds duration() const;
  failure_policy policy() const;
  const node &as_table() const;

  template <class Integer> Integer integer() const {
    return static_cast<Integer>(
        integer_within(std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()));
  }

  [[noreturn]] void refuse(std::string_view message, std::string_view hint = {}, hide what = hide::names) const;

private:
  template <class T> const T &get(std::string_view expected, hide what = hide::names) const;
  std::int64_t integer_within(std::int64_t least, std::int64_t most) const;

  std::string_view key_;
  const node &value_;
};

struct field {
  std::string_view key;
  std::function<void(const entry &)> read;
  bool required = false;
};

// Gives each entry of a table, in the order of the file, to the field of its name. `title` names the table in messages:
// "[database]". Throws error_code::config_unknown for a key that is no field, config_value if `source` is no table or a
// required key is missing.
void read_table(const node &source, std::string_view title, std::initializer_list<field> fields);

// The elements of an array of tables, written [[…]] as `title` says.
const array &tables_of(const entry &source, std::string_view title);

} // namespace davit::config
