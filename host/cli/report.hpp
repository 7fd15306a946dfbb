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
// For a process that leaves at once, and must not wait for its readers: why it does, and the failure it was about to
// tell, if there is one. As JSON unless it has answered; what is said otherwise is said by whoever makes it leave.
void print_last_words(terminal &t, const options &o, const error &why, const error *failure);

int exit_status(const error &e);

// Says it both ways; what the command ends with.
int refuse(terminal &t, const options &o, const error &e);

} // namespace davit::cli
