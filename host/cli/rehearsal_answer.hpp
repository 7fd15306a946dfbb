// What a dry run found out, as text and as JSON.
#pragma once

#include "cli/terminal.hpp"
#include "lifecycle/runner.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace davit::cli {

// Adds "not_tried", "traces" and "locks_held_ms" to the answer of a run, and makes its outcome one of a dry run.
void add_rehearsal(nlohmann::ordered_json &answer, const lifecycle::run_outcome &out);

// `verb`: "applied" or "reverted".
void print_rehearsal(terminal &t, const lifecycle::run_outcome &out, const std::string &verb);

} // namespace davit::cli
