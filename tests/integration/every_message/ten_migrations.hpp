// A run of ten migrations, up or down, that is disturbed at one message, and must come to the same end all the same.
#pragma once

#include "../lifecycle/probe_run.hpp"

#include "support/proxy.hpp"

#include <string>
#include <string_view>

namespace davit::test {

enum class direction { up, down };

// A server that can crash, and keeps what it has said is committed.
postgres::private_server &crashing_server();

// A database of its own: empty where they are to go up, else with all of them applied.
class ten_migrations {
public:
  explicit ten_migrations(direction way);
  ~ten_migrations();
  ten_migrations(const ten_migrations &) = delete;
  ten_migrations &operator=(const ten_migrations &) = delete;

  program command(const std::string &url) const; // `davit up`, or `davit down` of all
  program command_through(const proxy &network) const { return command(network.url(name_)); }
  std::string sql(std::string_view query) const;

  // Runs that command, after `davit repair V --resume` where it asks for that, until all is done. Fails the test case
  // where anything else comes of it.
  void finish() const;
  // Schema, rows, ledger: what must be the same whatever happened on the way.
  std::string state() const;
  // Holds what a disturbed run has said and how it exited against what is true, once its sessions have ended.
  void check_claims(const outcome &run) const;

private:
  std::string url() const { return crashing_server().url(name_); }
  program davit(std::vector<std::string> arguments) const;
  direction way_;
  project project_;
  std::string name_;
};

// The state that an undisturbed run leaves.
const std::string &undisturbed(direction way);

} // namespace davit::test
