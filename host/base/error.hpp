// The one error type of the host. It is thrown where something fails, gains context on its way up, and is turned into
// text, JSON and an exit code in cli/report, and into an ABI status in plugin/.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace davit {

enum class exit_code : int {
#define DAVIT_EXIT(number, name, meaning) name = number,
#include "base/exit_codes.def"
};

enum class error_code {
#define DAVIT_ERROR(name, exit, meaning) name,
#include "base/error_codes.def"
};

std::string_view name_of(error_code code);
std::string_view meaning_of(error_code code);
exit_code exit_of(error_code code);

// A place in a file; line and column count from 1, columns in characters; 0 is unknown.
struct place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// "file:line:column", as far as known.
std::string to_string(const place &where);

class error : public std::exception {
public:
  error(error_code code_, std::string message_, std::string hint_ = {}, place where_ = {})
      : code(code_), message(std::move(message_)), hint(std::move(hint_)), where(std::move(where_)) {}

  const char *what() const noexcept override { return message.c_str(); }

  error_code code;
  std::string message; // what happened: one sentence without a full stop
  std::string hint;    // what to do; may be empty
  place where;
  std::string excerpt; // the offending source line and a caret line below it; may be empty
  std::string state;   // what state things are in now: "rolled back; nothing of 12_x was applied"

  // From the server; empty if it did not come from there.
  std::string sqlstate, detail, server_hint;
  std::string context; // the server's call stack, innermost first: functions, blocks, the line of a COPY

  // Who failed: empty unless a hook did.
  std::string plugin, handler, phase;
};

// Whatever was caught, as one of davit's: what none of them foresees is a bug.
error as_error(const std::exception &e);

// Where no thread, or no child, can be had for `what`.
error no_process_for(const std::string &what, const std::string &why);

} // namespace davit
