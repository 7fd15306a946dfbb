// Statements that are sent together: the server runs them in order, and no round trip lies between them.
#pragma once

#include "postgres/connection.hpp"

#include <functional>
#include <string>
#include <vector>

namespace davit::postgres {

struct batch_entry {
  std::string sql;
  std::vector<std::optional<std::string>> parameters;
  std::function<void(const result &)> on_answer;
  std::function<void(server_error &)> on_refusal;
};

// Extended protocol, so one statement each, and none that copies from or to the client. The first failure keeps those
// after it from running. Outside of a transaction block all of it is one transaction.
class batch {
public:
  using answered = std::function<void(const result &)>;
  // Adds what is known of the statement to the error before it is thrown.
  using refused = std::function<void(server_error &)>;

  void add(std::string_view sql, std::span<const parameter> parameters = {}, answered on_answer = {},
           refused on_refusal = {});

  bool empty() const { return entries_.empty(); }
  std::size_t bytes() const { return bytes_; }

private:
  friend class connection;
  std::vector<batch_entry> entries_;
  std::size_t bytes_ = 0;
};

} // namespace davit::postgres
