// One session as a handler sees it: opened at the first statement, one stream of rows at a time, settled at the end.
// What "undo" and "keep" mean differs with the moment; there is a class for each.
#pragma once

#include "postgres/connection.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace davit::plugin {

// rehearse: as read, and what the server lets through all the same, such as NOTIFY, is not committed.
enum class access { none, rehearse, read, write };

// A refusal that becomes the status of a host function.
class call_error : public error {
public:
  call_error(std::int32_t status_, std::string message_, std::string hint_ = {})
      : error(error_code::hook_failed, std::move(message_), std::move(hint_)), status(status_) {}
  std::int32_t status; // DAVIT_ERR_…
};

class channel {
public:
  using source = std::function<postgres::connection &()>; // opens the session at the first statement

  channel(source session, access rights) : rights_(rights), source_(std::move(session)) {}
  virtual ~channel() = default;
  channel(const channel &) = delete;
  channel &operator=(const channel &) = delete;

  // All throw davit::error.
  virtual postgres::result query(std::string_view sql, std::span<const postgres::parameter> parameters);

  struct stream {
    std::uint64_t id; // of this stream, never used again
    postgres::result columns;
  };
  // A stream that is closed before its end is cancelled, and what its statement changed is undone.
  stream open_rows(std::string_view sql, std::span<const postgres::parameter> parameters);
  std::optional<postgres::result> next_row(std::uint64_t id); // nullopt after the last
  void close_rows(std::uint64_t id);

  // Back to where the handler began.
  virtual void undo() = 0;
  // Keeps the handler's work, or undoes it; settings that the handler changed are as before in both cases. When keeping
  // fails, the work is undone and it throws; when undoing fails, it throws connection_lost or transaction_ended.
  virtual void finish(bool keep) = 0;
  // Whether finish(true) would commit something.
  virtual bool commits() const { return false; }

protected:
  // The open session; opens it if need be. Throws if it can take no statement now.
  virtual postgres::connection &ready() = 0;
  // Around a stream: a place to go back to, and the way there. Here a savepoint, as within a transaction.
  virtual void before_stream(postgres::connection &c);
  virtual void after_stream(postgres::connection &c, bool complete);

  postgres::connection &session() { return source_(); }
  access rights() const { return rights_; }
  bool streams() const { return open_id_ != 0; }
  void end_stream(); // half-way, if one is open
  void require_no_stream() const;
  static void require_alive(const postgres::connection &c);

private:
  const access rights_;
  const source source_;
  std::uint64_t last_id_ = 0;
  std::uint64_t open_id_ = 0; // 0: no stream is open
  bool at_end_ = false;       // the server has sent the last row
  postgres::connection *streaming_ = nullptr;
};

} // namespace davit::plugin
