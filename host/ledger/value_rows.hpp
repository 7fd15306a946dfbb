// Rows as INSERT … VALUES takes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::ledger {

class value_rows {
public:
  void add(std::string_view field);
  void add_or_null(std::string_view field); // empty: NULL
  void add(std::int64_t number);
  // Microseconds since 1970, as a timestamptz.
  void add_time(std::int64_t us);
  void end_row();
  // "(…), (…)"
  const std::string &text() const { return text_; }

private:
  void begin_field();

  std::string text_;
  bool row_begun_ = false;
  // The time that was added last: calls follow each other closely.
  std::int64_t second_ = -1;
  std::string second_text_;
};

} // namespace davit::ledger
