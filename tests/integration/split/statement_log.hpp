// What a server was sent, by its own account.
#pragma once

#include "postgres/private_server.hpp"

#include <filesystem>
#include <string>
#include <vector>

// A private server that logs every statement it gets, byte for byte.
class logging_server {
public:
  logging_server();

  const davit::postgres::private_server &server() const { return server_; }

  // The statements of all sessions with this application name, in order, those that failed to parse included. Sessions
  // must have ended.
  std::vector<std::string> statements_of(const std::string &application) const;

private:
  std::string log_up_to_now() const;

  davit::postgres::private_server server_;
};
