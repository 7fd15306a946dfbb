// What a statement makes in its session under a name, or takes away there.
#pragma once

#include <string>
#include <string_view>

namespace davit::sql {

struct session_object {
  enum class verb { none, prepare, deallocate, listen, unlisten };
  verb what = verb::none;
  std::string name; // as the server has it; "*" for all of them
};

session_object session_object_of(std::string_view statement);

} // namespace davit::sql
