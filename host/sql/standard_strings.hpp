// Follows standard_conforming_strings through the statements of a file: it decides whether a backslash in '…' escapes.
#pragma once

#include <string_view>

namespace davit::sql {

class standard_strings_setting {
public:
  // Takes note of `statement`; returns whether it is one that can change the setting.
  bool follow(std::string_view statement);
  bool on() const { return local_; }

private:
  bool session_ = true;
  bool local_ = true; // SET LOCAL lasts until the transaction ends
};

} // namespace davit::sql
