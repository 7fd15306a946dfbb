// Rows as COPY … FROM stdin takes them, in its text format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::ledger {

class copy_text {
public:
  void add(std::string_view field);
  void add_or_null(std::string_view field); // empty: NULL
  void add(std::int64_t number) { add(std::string_view(std::to_string(number))); }
  // Microseconds since 1970, as a timestamptz.
  void add_time(std::int64_t us);
  void end_row();
  const std::string &text() const { return text_; }

private:
  void begin_field();

  std::string text_;
  bool row_begun_ = false;
};

} // namespace davit::ledger
