// A run of ten migrations that is disturbed at one of its statements, and must come to the same end all the same.
#pragma once

#include "../lifecycle/probe_run.hpp"

#include "support/proxy.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace davit::test {

// A server that can crash, and keeps what it has said is committed.
postgres::private_server &crashing_server();

class ten_migrations {
public:
  ten_migrations();
  ~ten_migrations();
  ten_migrations(const ten_migrations &) = delete;
  ten_migrations &operator=(const ten_migrations &) = delete;

  program up(const std::string &url) const; // `davit up` on this database
  std::string url() const { return crashing_server().url(name_); }
  const std::string &name() const { return name_; }
  std::string sql(std::string_view query) const;

  // Runs `davit up`, after `davit repair V --resume` where it asks for that, until all is applied. Fails the test case
  // where anything else comes of it.
  void finish() const;
  // Schema, rows, ledger: what must be the same whatever happened on the way.
  std::string state() const;

private:
  project project_;
  std::string name_;
};

// What davit sends in an undisturbed run, one statement a line; and the state it leaves.
struct undisturbed_run {
  std::vector<std::string> statements;
  std::string state;
};
const undisturbed_run &undisturbed();

// The statements at which a run is disturbed, from 1: the first of every `every`-th kind of statement, or all of them
// if DAVIT_CRASH_ALL is set.
std::vector<std::size_t> points(std::size_t every);

// Counts davit's statements, and calls at the n-th one.
message_hook at_statement(std::size_t n, std::function<verdict()> call);

} // namespace davit::test
