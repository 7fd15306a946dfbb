// What most commands stand on: settings, terminal, the private server of --ephemeral, the plugins.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "config/settings.hpp"
#include "lifecycle/sessions/ledger_wait.hpp"
#include "plugin/leaving.hpp"
#include "plugin/plugin_set.hpp"
#include "postgres/connection.hpp"
#include "postgres/private_server.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace davit::cli {

class workspace {
public:
  // Reads davit.toml, with the options of the command line on top.
  workspace(const options &o, terminal &t);

  const options &opts;
  terminal &term;
  config::settings settings;

  // Starts the private server if the URL asks for it. Before any connection; on the main thread.
  // `while_waiting` may throw to call it off.
  void start_server(const std::function<void()> &while_waiting = {});
  // Stops and removes it, for a process that ends without destructors.
  void discard_server() noexcept;
  // For commands that look at the ledger: search_path is pg_catalog; who holds up a statement of theirs is said, and
  // after a while that ends it. The workspace keeps it.
  postgres::connection &connect(const char *purpose);
  // The same for a session of the caller's, which outlives what is returned.
  std::unique_ptr<lifecycle::ledger_wait> watch(postgres::connection &c, const char *purpose);
  // Loads them at first use. What fails is thrown, or told one by one: see plugin_set::load().
  const plugin::plugin_set &plugins(const plugin::plugin_set::refusal &tell = {});
  plugin::services &services() { return services_; }
  // Once all is said; returns what davit ends with, whatever plugins do when they are destroyed.
  int answered(int status);

private:
  plugin::services services_;
  std::unique_ptr<postgres::private_server> server_;
  std::optional<plugin::at_leaving> discards_it_;
  bool loads_plugins_ = false;
  plugin::plugin_set plugins_;
  std::optional<postgres::connection> session_;
  std::unique_ptr<lifecycle::ledger_wait> wait_; // of session_
};

// Runs `body`, which answers, in a workspace of its own. What fails is told before plugins are destroyed, which may end
// the process.
int in_workspace(const options &o, terminal &t, const std::function<int(workspace &)> &body);
// The same in one that the caller has, and that goes once this has returned.
int in_workspace(workspace &w, const std::function<int()> &body);

} // namespace davit::cli
