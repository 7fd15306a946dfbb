// davit doctor
#include "cli/commands.hpp"
#include "cli/doctor/checks.hpp"
#include "cli/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

using doctor::findings;
using doctor::level;
using nlohmann::ordered_json;

void check_database(findings &out, workspace &w, const migration::folder *folder) {
  auto c = check_connection(out, w);
  if (!c) return;
  const auto waiting = w.watch(*c, "doctor");
  const auto &schema = w.settings.ledger.schema;
  const auto attempt = [&](const char *name, const std::function<void()> &check) {
    if (c->alive()) out.attempt(name, check);
  };
  attempt("server settings", [&] { check_server_settings(out, *c); });
  attempt("server connections", [&] { check_capacity(out, *c); });
  attempt("prepared transactions", [&] { check_prepared_transactions(out, *c); });
  attempt("rights", [&] { check_rights(out, *c, schema); });
  attempt("ledger", [&] { check_ledger(out, *c, schema, folder); });
  attempt("locks", [&] { check_locks(out, *c, schema); });
  attempt("indexes", [&] { check_indexes(out, *c); });
}

void check_all(findings &out, workspace &w) {
  check_configuration(out, w.settings);
  const auto folder = check_migrations(out, w.settings);
  check_plugins(out, w);
  check_database(out, w, folder ? &*folder : nullptr);
}

void print_text(terminal &t, const findings &out, bool quiet) {
  for (const auto &f : out.all()) {
    if (quiet && f.how == level::ok) continue;
    const style look = f.how == level::ok ? style::good : f.how == level::warn ? style::warn : style::bad;
    t.out(
        fmt::format("{} {:<22} {}", t.on_out(look, fmt::format("{:<4}", name_of(f.how))), f.name, printable(f.found)));
    if (!f.what_to_do.empty()) t.out(fmt::format("     {:<22} {}", "", printable(f.what_to_do)));
  }
  t.out(fmt::format("{} ok, {} to look at, {} wrong", out.count(level::ok), out.count(level::warn),
                    out.count(level::fail)));
}

int answer(const options &o, terminal &t, const findings &out) {
  const auto status = static_cast<int>(out.exit());
  if (!o.json) {
    print_text(t, out, o.quiet);
    return status;
  }
  ordered_json j = json_answer(name_of(o.what));
  j["ok"] = out.exit() == exit_code::ok;
  j["exit_code"] = status;
  j["checks"] = ordered_json::array();
  for (const auto &f : out.all()) {
    ordered_json row{{"name", f.name}, {"status", name_of(f.how)}, {"found", f.found}};
    if (!f.what_to_do.empty()) row["what_to_do"] = f.what_to_do;
    if (f.how == level::fail) row["exit_code"] = static_cast<int>(f.exit);
    j["checks"].push_back(row);
  }
  for (const auto l : {level::ok, level::warn, level::fail}) j[std::string(name_of(l)) + "_count"] = out.count(l);
  print_json(t, j);
  return status;
}

} // namespace

int command_doctor(const options &o, terminal &t) {
  findings out;
  std::optional<workspace> w;
  if (!out.attempt("configuration", [&] { w.emplace(o, t); })) return answer(o, t, out);
  return in_workspace(*w, [&] {
    check_all(out, *w);
    return answer(o, t, out);
  });
}

} // namespace davit::cli
