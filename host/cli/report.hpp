// Errors as text and as JSON, and the exit code they lead to: the one place for each.
#pragma once

#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace davit::cli {

inline constexpr int json_schema_version = 1;

// On stderr: message, place, excerpt, server's words, state, hint.
void print_error(terminal &t, const error &e);

nlohmann::ordered_json to_json(const error &e);

// The frame of every JSON answer: {"schema_version", "command", "ok": true}.
nlohmann::ordered_json json_answer(std::string_view command);
// The same for a failure, with "exit_code" and "error".
nlohmann::ordered_json json_failure(std::string_view command, const error &e);

void print_json(terminal &t, const nlohmann::ordered_json &answer);
// The failure as the answer of a process that leaves at once, unless it has answered.
void print_last_json(terminal &t, std::string_view command, const error &e);

int exit_status(const error &e);

// Says it both ways; what the command ends with.
int refuse(terminal &t, const options &o, const error &e);

} // namespace davit::cli
