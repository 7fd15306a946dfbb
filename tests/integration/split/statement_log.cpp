#include "statement_log.hpp"

#include "base/file.hpp"
#include "postgres/connection.hpp"
#include "support/json.hpp"

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

using davit::test::json;

namespace {

// Statements that parse are logged before they run. One that does not parse is only logged with its error, so an error
// counts if it is not that of the statement logged last.
class reader {
public:
  void take(const json &entry) {
    constexpr std::string_view prefix = "statement: ";
    const auto message = entry.has("/message") ? entry.text("/message") : "";
    if (message.starts_with(prefix)) {
      add(message.substr(prefix.size()));
      can_still_fail_ = true;
    } else if (entry.text("/error_severity") == "ERROR" && entry.has("/statement")) {
      const auto failed = entry.text("/statement");
      if (!can_still_fail_ || failed != statements_.back()) add(failed);
      can_still_fail_ = false;
    }
  }

  std::vector<std::string> result() { return std::move(statements_); }

private:
  void add(std::string statement) { statements_.push_back(std::move(statement)); }

  std::vector<std::string> statements_;
  bool can_still_fail_ = false;
};

} // namespace

logging_server::logging_server()
    : server_({.settings = {{"logging_collector", "on"},
                            {"log_destination", "jsonlog"},
                            {"log_directory", "log"},
                            {"log_filename", "statements.log"},
                            {"log_statement", "all"}},
               .bin_dir = {}}) {}

// The log is written by a process of its own, behind the sessions: a statement sent now marks the place to wait for.
std::string logging_server::log_up_to_now() const {
  static int count = 0;
  const auto marker = "select 'marker " + std::to_string(++count) + "'";
  davit::postgres::connection({server_.url(), "marker"}).exec(marker);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    auto log = davit::read_file(server_.folder() / "data" / "log" / "statements.json");
    if (const auto at = log.find(marker); at != std::string::npos) return log.substr(0, log.rfind('\n', at) + 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("the server's log does not show " + marker);
}

std::vector<std::string> logging_server::statements_of(const std::string &application) const {
  const auto log = log_up_to_now();
  reader statements;
  for (std::string_view rest = log; !rest.empty();) {
    const auto end = rest.find('\n');
    const json entry(rest.substr(0, end));
    if (entry.has("/application_name") && entry.text("/application_name") == application) statements.take(entry);
    rest.remove_prefix(end + 1);
  }
  return statements.result();
}
