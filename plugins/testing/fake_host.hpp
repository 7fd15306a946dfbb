// A davit without a database, for unit tests of plugins: configuration by path, results by script, and a record of all
// that the plugin did. What a real davit refuses (undeclared keys, unknown phases, SQL that is not in the script) is
// refused here too.
#pragma once

#include <davit/plugin.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace testing {

struct json {
  std::string text;
  bool operator==(const json &other) const { return text == other.text; }
};
using value = std::variant<std::monostate, bool, std::int64_t, double, std::string, json>;

using field = std::optional<std::string>;
struct reply {
  std::vector<std::vector<field>> rows;
  std::uint64_t affected = 0;
  std::string sqlstate, message; // an SQL error if the first is not empty
};

struct sent_query {
  std::int32_t connection;
  std::string sql;
  std::vector<field> params; // as text
};

struct ending {
  std::string handler;
  std::int32_t status = DAVIT_OK;
  std::string text; // of the failure or veto
};

class fake_host {
public:
  explicit fake_host(davit_entry_fn entry);
  ~fake_host();
  fake_host(const fake_host &) = delete;
  fake_host &operator=(const fake_host &) = delete;

  fake_host &configure(const std::string &path, value v); // "checks.0.sql"
  void init();                                            // throws std::runtime_error with the plugin's reason

  // The next statements must contain `sql_part`, in this order.
  fake_host &answer(const std::string &sql_part, reply r);
  // Calls the handlers of a phase until one does not return DAVIT_OK; the last one's ending.
  ending fire(const std::string &phase);
  bool script_done() const { return script_.empty(); }

  struct binding {
    std::string phase, handler;
    bool operator==(const binding &other) const { return phase == other.phase && handler == other.handler; }
  };

  // What the handlers are told.
  std::string environment = "test", command = "up", version = "3", hint;
  bool up = true, dry = false, in_migration = true, no_transaction = false;
  std::map<std::string, value> facts; // of `info`
  struct failure {
    std::int32_t status = DAVIT_ERR_SQL;
    std::string sqlstate, message;
  };
  std::optional<failure> failed;

  // What they did.
  std::vector<binding> bindings;
  std::vector<sent_query> queries;
  std::map<std::string, value> stats;
  std::vector<std::string> reports;
  std::uint64_t rows_reported = 0;
  int undone = 0;

private:
  friend struct host_functions;
  struct scripted {
    std::string sql_part;
    reply answer;
  };
  struct stored_result;
  struct declared {
    davit_handler_fn fn;
    void *user;
  };

  void refill_metadata(const std::string &phase, const std::string &handler);
  std::int32_t refuse(std::int32_t status, std::string text, std::string sqlstate = {});

  davit_host table_{};
  const davit_plugin *plugin_;
  void *instance_ = nullptr;
  std::map<std::string, value> config_;
  std::map<std::string, declared> handlers_;
  std::deque<scripted> script_;
  std::vector<std::unique_ptr<stored_result>> results_;
  std::deque<std::string> texts_; // behind the davit_strs that were handed out
  bool aborted_ = false;          // by an SQL error on the migration's connection
  std::string error_text_, error_state_, said_;
  davit_error error_{}, failure_{};
  davit_run run_{};
  davit_migration migration_{};
  davit_binding binding_{};
};

} // namespace testing
