// The checks of `davit doctor`, by area. None changes anything; each goes on after a failure where it can.
#pragma once

#include "cli/doctor/findings.hpp"
#include "cli/workspace.hpp"
#include "migration/files.hpp"

#include <optional>

namespace davit::cli::doctor {

// davit.toml has been read: what it says, and who may change it.
void check_configuration(findings &out, const config::settings &settings);
// The migrations folder; nullopt if it is not in order.
std::optional<migration::folder> check_migrations(findings &out, const config::settings &settings);
void check_plugins(findings &out, workspace &w);

// A session that cannot write, with search_path pg_catalog; nullopt if there is none to be had.
std::optional<postgres::connection> check_connection(findings &out, workspace &w);
void check_server_settings(findings &out, postgres::connection &c);
void check_capacity(findings &out, postgres::connection &c);
void check_prepared_transactions(findings &out, postgres::connection &c);

void check_rights(findings &out, postgres::connection &c, const std::string &schema);
void check_ledger(findings &out, postgres::connection &c, const std::string &schema, const migration::folder *folder);
void check_locks(findings &out, postgres::connection &c, const std::string &schema);
void check_indexes(findings &out, postgres::connection &c);

} // namespace davit::cli::doctor
