// The messages of PostgreSQL's frontend/backend protocol, as far as a proxy has to tell them apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace davit::test {

struct message {
  char type = 0;         // 'Q', 'P', 'C', …; 0: a client's first packet, which has none
  std::string_view body; // behind type and length
  std::string_view raw;  // all of it

  std::string_view sql() const;         // of Query and Parse; else empty
  std::string_view tag() const;         // of CommandComplete: "COMMIT"; else empty
  std::string_view application() const; // of a startup packet: its application_name; else empty
  // Whether the server answers to what came so far: after Query and Sync.
  bool ends_request() const { return type == 'Q' || type == 'S'; }
};

// Puts messages together from the bytes of one direction of a connection. What begins encryption is not understood:
// on Unix sockets libpq does not ask for it.
class framer {
public:
  explicit framer(bool first_is_untyped) : untyped_(first_is_untyped) {}

  void add(std::string_view bytes);
  // The next message that is there as a whole; valid until add() is called.
  std::optional<message> next();

private:
  bool untyped_;
  std::string bytes_;
  std::size_t at_ = 0;
};

} // namespace davit::test
