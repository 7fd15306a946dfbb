// RAII over one session: statements one at a time, errors as server_error, never a silent reconnect.
#pragma once

#include "postgres/cancel_handle.hpp"
#include "postgres/result.hpp"
#include "postgres/server_error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace davit::postgres {

using parameter = std::optional<std::string_view>; // nullopt: NULL; text format, type inferred by the server

enum class transaction_status { idle, active, in_transaction, aborted, unknown };

class batch;
struct batch_entry;
struct late_answer;

struct connect_options {
  std::string url;                                   // URL or key=value string; empty: libpq's environment and defaults
  std::string application_name;                      // shown in pg_stat_activity
  std::string setup = {};                            // statements to begin with; reset_sql() does not repeat them
  std::function<void(const result &)> on_setup = {}; // gets what rows they have; must not throw
  int conninfo_of_version = 0;                       // not 0: `url` is conninfo() of a session on such a server
  // Of the session, whatever its role has; reset_sql() sets them again, and so does RESET in one of a conninfo. 0:
  // none.
  std::chrono::milliseconds lock_timeout{0}, statement_timeout{0};
};

class connection {
public:
  // Connects and prepares the session: UTF-8, keepalives, no role-level timeouts. Throws error_code::connect, without
  // the password in the message, also for servers that davit does not work with.
  explicit connection(const connect_options &options);
  ~connection();
  connection(connection &&) noexcept;
  connection &operator=(connection &&) noexcept;

  // One statement or several, simple protocol; the last result. Throws server_error.
  result exec(std::string_view sql);

  // The same; each result is shown to `each` as it comes.
  result exec(std::string_view sql, const std::function<void(const result &)> &each);

  // All of them, with their answers. Throws the first failure, or the first exception of a callback.
  void run(const batch &statements);

  // The same as one message of the simple protocol: cheaper for the server, but without parameters, and what a callback
  // throws keeps nothing from running. The last entry may be several statements.
  void run_as_one(const batch &statements);

  // One statement, extended protocol.
  result query(std::string_view sql, std::span<const parameter> parameters = {});

  // One statement of a script as psql sends it: simple protocol, `copy_data` for COPY … FROM stdin, the rows of
  // COPY … TO stdout thrown away.
  result exec_statement(std::string_view sql, std::string_view copy_data = {});

  // The same, but the answer is read later: before anything else is sent, or by answer(), which throws what was
  // refused. What the server was sent it does also if this process ends.
  void send(std::string_view sql, std::string_view copy_data = {});
  void answer();
  // Whether there was one to come when it was called. Never waits.
  bool awaits_answer();
  // The answer, or nothing where the server refuses, or does not say anything in that time: then nobody hears of it any
  // more, but awaits_answer(), and whatever is sent next waits for it.
  std::optional<result> ask_within(std::string_view sql, std::chrono::milliseconds patience);

  // Row by row: start, then next_row until it gives nothing. Other calls must wait for the end, or end_rows().
  // The first result given out has the columns also if there are no rows.
  result start_rows(std::string_view sql, std::span<const parameter> parameters);
  std::optional<result> next_row();
  // Cancels what is left and reads it away.
  void end_rows();

  // Called every `interval` while a statement runs, and when something arrives on the socket `other`, on the calling
  // thread. It may cancel the statement through the cancel handle; it must not use this connection.
  void while_waiting(std::chrono::milliseconds interval, std::function<void()> call, int other = -1);

  // Notices and warnings of the server: severity and message. Called on the thread that runs the statement.
  void on_notice(std::function<void(std::string_view severity, std::string_view message)> call);

  // Called on what the server refused before it is thrown; may add to it.
  void on_refusal(std::function<void(server_error &)> call);

  // Back to the state after connecting: role, settings. Must be outside of a transaction.
  std::string_view reset_sql() const { return reset_sql_; }

  // The same, and nothing is left of what SQL keeps in a session: temporary tables, prepared statements, cursors,
  // listening, cached sequence values. Advisory locks stay: DISCARD ALL, which would release them, is not for a session
  // that holds davit's.
  std::string fresh_session_sql() const;

  postgres::transaction_status transaction_status() const noexcept;
  int socket() const noexcept;
  bool alive() const noexcept;                       // as far as the last statement showed
  bool own_socket() const noexcept;                  // false if other code in this process has closed or replaced it
  bool still_alive() noexcept;                       // looks at the socket; nothing may be running
  bool speaks_utf8() const noexcept;                 // false after a statement has set another client_encoding
  bool began_with_standard_strings() const noexcept; // what the role, the database and the URL say; later it is on
  bool stores_utf8() const noexcept;                 // the database has every character, or takes any bytes
  int server_version() const noexcept;               // 150004
  std::int32_t backend_pid() const noexcept;
  std::string database() const;
  std::string host() const;     // name, or socket folder
  std::string user() const;     // that it has logged in as
  std::string role();           // whose rights it has now: asks the server
  std::string conninfo() const; // what it was opened with, as a URL for others; with the password
  const std::shared_ptr<const cancel_handle> &cancel() const noexcept { return cancel_; }

private:
  struct finish {
    std::uint64_t socket; // its inode; 0: not known yet
    void operator()(pg_conn *c) const noexcept;
  };
  struct callbacks {
    std::function<void(std::string_view, std::string_view)> notice;
  };
  static void receive_notice(void *self, const pg_result *r);
  pg_result *wait_result();
  bool wait_for_socket(bool to_send, int &other);
  result drain(std::string_view copy_data, const std::function<void(const result &)> &each = {});
  struct answers;
  void read(const batch_entry &e, result r, answers &got);
  void conclude(const answers &got, bool complete);
  bool take(const batch_entry &e, const result &r);
  void send_copy(std::string_view data);
  void discard_copy();
  [[noreturn]] void fail(const pg_result *failed);
  server_error refusal(const pg_result *failed) const;
  void begin_session(const std::string &setup, const std::function<void(const result &)> &on_setup);
  void require_free();
  void read_answer(late_answer &a);
  void take_what_came(late_answer &a);

  std::unique_ptr<callbacks> callbacks_; // stable address for libpq
  std::unique_ptr<pg_conn, finish> c_{nullptr, finish{0}};
  std::shared_ptr<const cancel_handle> cancel_; // outlives the session where another thread is using it
  std::string reset_sql_;
  bool standard_strings_ = true;
  std::chrono::milliseconds wait_interval_{0};
  std::function<void()> waiting_;
  std::function<void(server_error &)> refused_;
  int other_socket_ = -1;
  std::optional<result> first_row_;
  std::unique_ptr<late_answer> late_;     // until answer() is called
  std::unique_ptr<late_answer> unwanted_; // of ask_within(), behind that
};

// `name` quoted as an identifier; `text` as a literal.
std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);

// The URL without its password, for messages.
std::string without_password(const std::string &url);

} // namespace davit::postgres
