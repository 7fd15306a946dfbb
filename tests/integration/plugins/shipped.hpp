// Projects that use the plugins which davit ships, by configuration alone.
#pragma once

#include "plugin_run.hpp"

#include <string>
#include <string_view>

namespace davit::test {

// The head of a [[plugins]] entry: further keys of it, or [plugins.config], may follow. `library` is "audit_log",
// "integrity_check" or "read_model".
std::string shipped(std::string_view name, std::string_view library);

// davit.toml with one such plugin named "it", and what follows its head.
std::string only(std::string_view library, std::string_view rest);

// "users" with ids 1 to `count`, each with an email.
void create_users(const project &p, int count);

} // namespace davit::test
