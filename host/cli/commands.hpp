// One function a command; each returns the exit code. Failures are thrown as davit::error.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"

namespace davit::cli {

int command_init(const options &o, terminal &t);
int command_new(const options &o, terminal &t);
int command_status(const options &o, terminal &t);
int command_plan(const options &o, terminal &t);
int command_run(const options &o, terminal &t); // up and down
int command_verify(const options &o, terminal &t);
int command_baseline(const options &o, terminal &t);
int command_repair(const options &o, terminal &t);
int command_history(const options &o, terminal &t);
int command_phases(const options &o, terminal &t);
int command_plugin_list(const options &o, terminal &t);
int command_plugin_inspect(const options &o, terminal &t);
int command_doctor(const options &o, terminal &t);
int command_explain(const options &o, terminal &t);
int command_completion(const options &o, terminal &t);

} // namespace davit::cli
