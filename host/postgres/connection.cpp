#include "postgres/connection.hpp"

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "postgres/cancel_at_stop.hpp"
#include "postgres/conninfo.hpp"
#include "postgres/late_answer.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace davit::postgres {
namespace {

constexpr int oldest_server = 130000;

// What libpq makes of the URL and the environment, password left out.
std::string target_of(const pg_conn *c) {
  const auto text = [](const char *s) { return std::string(s ? s : ""); };
  return "host '" + text(PQhost(c)) + "', port " + text(PQport(c)) + ", database '" + text(PQdb(c)) + "', user '" +
         text(PQuser(c)) + "'";
}

// libpq's words about a malformed URL quote it, password and all.
void check_url(const std::string &url) {
  const bool is_name = url.find("://") == std::string::npos && url.find('=') == std::string::npos;
  if (is_name && url.find_first_of(":/@") == std::string::npos) return; // a database's; with these it is half a URL
  const bool is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
  char *why = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(url.c_str(), &why),
                                                                            &PQconninfoFree);
  PQfreemem(why);
  bool good = parsed != nullptr && !is_name;
  // An unescaped '@' or '/' in a password, or a host left out, makes it a part of what messages name.
  for (const PQconninfoOption *o = parsed.get(); o && o->keyword; ++o) {
    const std::string_view key(o->keyword);
    const std::string_view value(o->val ? o->val : "");
    if (key == "host" && !value.starts_with('/') && value.find('@') != value.npos) good = false;
    if (key == "port" && value.find_first_not_of("0123456789,") != value.npos) good = false;
    if (key == "dbname" && is_url && value.find('@') != value.npos) good = false;
  }
  if (!good)
    throw error(error_code::connect, "the database's URL is not understood",
                "it should look like postgresql://USER@HOST:PORT/DATABASE or host=… dbname=…; special characters in a "
                "URL are percent-encoded: @ is %40");
}

using named_values = std::vector<std::pair<std::string_view, std::string>>;

// Files are split with standard strings. A session of its own is what davit needs; these are the settings of roles and
// databases that would end it early.
named_values first_settings(int version, const connect_options &options) {
  named_values out{{"standard_conforming_strings", "on"},
                   {"statement_timeout", std::to_string(options.statement_timeout.count())},
                   {"lock_timeout", std::to_string(options.lock_timeout.count())},
                   {"idle_in_transaction_session_timeout", "0"}};
  if (version >= 140000) out.emplace_back("idle_session_timeout", "0");
  if (version >= 170000) out.emplace_back("transaction_timeout", "0");
  return out;
}

std::string setup_sql(int version, const connect_options &options) {
  std::string sql;
  for (const auto &[name, value] : first_settings(version, options))
    sql += (sql.empty() ? "SET " : "; SET ") + std::string(name) + " = " + value;
  return sql;
}

// A backslash that has nothing to escape counts for nothing, but would with what is written behind it.
std::string without_lone_backslash(std::string options) {
  const auto last = options.find_last_not_of('\\');
  const std::size_t backslashes = options.size() - (last == std::string::npos ? 0 : last + 1);
  if (backslashes % 2 != 0) options.pop_back();
  return options;
}

// What a session is started with is what RESET leads back to.
std::string startup_options(const connect_options &options) {
  if (options.conninfo_of_version == 0) return {};
  std::string out = without_lone_backslash(options_in(options.url));
  for (const auto &[name, value] : first_settings(options.conninfo_of_version, options))
    out += " -c " + std::string(name) + '=' + value;
  return out;
}

struct values {
  std::vector<std::string> copies; // libpq wants NUL-terminated text
  std::vector<const char *> pointers;
};

values to_values(std::span<const parameter> parameters) {
  values v;
  v.copies.reserve(parameters.size());
  v.pointers.reserve(parameters.size());
  for (const auto &p : parameters) v.pointers.push_back(p ? v.copies.emplace_back(*p).c_str() : nullptr);
  return v;
}

// A plugin that closes descriptors by number closes sockets too, and the next one that is opened, perhaps another
// session's, gets the number: nothing may be sent or closed there any more.
bool is_socket_of(const pg_conn *c, std::uint64_t inode) {
  struct stat info {};
  const int fd = PQsocket(c);
  return fd < 0 || inode == 0 || (::fstat(fd, &info) == 0 && info.st_ino == inode);
}

// libpq tells the reason only in words, and in the user's language.
std::error_code why_no_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {errno, std::generic_category()};
  ::close(fd);
  return {};
}

// libpq gives no SQLSTATE of a session that has not come about. Where the server speaks another language, its words
// have to do.
bool too_many_sessions(std::string_view why) {
  return why.find("too many connections for") != why.npos || why.find("too many clients already") != why.npos ||
         why.find("remaining connection slots are reserved") != why.npos;
}

std::string hint_for(std::string_view why, const pg_conn *c) {
  if (too_many_sessions(why))
    return "a run needs up to 3 sessions at once: end others, or raise what stands in the way, ALTER ROLE … CONNECTION "
           "LIMIT, ALTER DATABASE … CONNECTION LIMIT or the server's max_connections (davit doctor shows them); "
           "tried " +
           target_of(c);
  return hint_about_files(why_no_socket(), "tried " + target_of(c) +
                                               "; set [database] url in davit.toml, DAVIT_DATABASE_URL or libpq's PG* "
                                               "variables");
}

} // namespace

void connection::finish::operator()(pg_conn *c) const noexcept {
  if (is_socket_of(c, socket)) PQfinish(c); // else its memory is the smaller loss
}

connection::~connection() = default;
connection::connection(connection &&) noexcept = default;
connection &connection::operator=(connection &&) noexcept = default;

// Before anything is sent.
void connection::require_free() {
  if (late_) read_answer(*late_);
  if (unwanted_) read_answer(*unwanted_);
  unwanted_.reset();
  if (!own_socket())
    throw error(error_code::connection_lost, "the session's socket was closed by something else in this process",
                "a plugin must not close file descriptors that it did not open");
}

connection::connection(const connect_options &options) : callbacks_(std::make_unique<callbacks>()) {
  // Where a keyword stands twice the later one wins, and the URL is expanded in its place: defaults stand before it,
  // what davit depends on after it.
  if (options.conninfo_of_version == 0) check_url(options.url);
  const char *timeout = std::getenv("PGCONNECT_TIMEOUT");
  const std::string startup = startup_options(options); // empty values count as none
  const std::array<const char *, 7> keywords{"connect_timeout",  "keepalives_idle", "dbname", "options",
                                             "application_name", "client_encoding", nullptr};
  const std::array<const char *, 7> contents{timeout ? timeout : "15",
                                             "60",
                                             options.url.c_str(),
                                             startup.c_str(),
                                             options.application_name.c_str(),
                                             "UTF8",
                                             nullptr};
  c_.reset(PQconnectdbParams(keywords.data(), contents.data(), 1));
  if (!c_) throw std::bad_alloc();
  if (PQstatus(c_.get()) != CONNECTION_OK) {
    std::string why = PQerrorMessage(c_.get());
    while (!why.empty() && why.back() == '\n') why.pop_back();
    throw error(error_code::connect, "cannot connect to the database: " + why, hint_for(why, c_.get()));
  }
  struct stat info {};
  if (::fstat(PQsocket(c_.get()), &info) == 0) c_.get_deleter().socket = info.st_ino;
  PQsetNoticeReceiver(c_.get(), &connection::receive_notice, callbacks_.get());
  cancel_ = std::make_shared<const cancel_handle>(c_.get());
  cancel_at_stop::opened(c_.get());
  if (server_version() < oldest_server)
    throw error(error_code::connect,
                "the server is PostgreSQL " + std::to_string(server_version() / 10000) + "; davit needs 13 or newer",
                "upgrade the server, or use another one");
  const char *strings = PQparameterStatus(c_.get(), "standard_conforming_strings");
  standard_strings_ = !strings || std::string_view(strings) == "on";
  const std::string setup = setup_sql(server_version(), options);
  reset_sql_ = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; " + setup;
  begin_session(setup + (options.setup.empty() ? "" : "; " + options.setup), options.on_setup);
}

std::string connection::fresh_session_sql() const {
  return reset_sql_ + "; CLOSE ALL; UNLISTEN *; DEALLOCATE ALL; DISCARD SEQUENCES; DISCARD TEMP";
}

// In one round trip.
void connection::begin_session(const std::string &setup, const std::function<void(const result &)> &on_setup) {
  bool standby = false;
  std::string pid;
  exec("SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(); " + setup, [&](const result &r) {
    if (r.rows() == 0) return;
    if (!pid.empty()) return on_setup ? on_setup(r) : void();
    standby = r.text(0, 0) == "t";
    pid = r.text(0, 1);
  });
  if (standby)
    throw error(error_code::connect, "the server is a hot standby: it cannot be written to",
                "connect to the primary; target_session_attrs=read-write in the URL finds it among several hosts");
  if (pid != std::to_string(backend_pid()))
    throw error(error_code::connect, "a connection pooler stands between davit and the server",
                "davit's locks and transactions need sessions of their own: connect to the server itself");
}

void connection::receive_notice(void *self, const pg_result *r) {
  const auto &call = static_cast<callbacks *>(self)->notice;
  if (!call) return;
  const auto field = [r](int code) {
    const char *text = PQresultErrorField(r, code);
    return to_utf8_text(text ? text : "");
  };
  call(field(PG_DIAG_SEVERITY_NONLOCALIZED), field(PG_DIAG_MESSAGE_PRIMARY));
}

void connection::on_notice(std::function<void(std::string_view, std::string_view)> call) {
  callbacks_->notice = std::move(call);
}

void connection::on_refusal(std::function<void(server_error &)> call) { refused_ = std::move(call); }

void connection::while_waiting(std::chrono::milliseconds interval, std::function<void()> call, int other) {
  wait_interval_ = interval;
  waiting_ = std::move(call);
  other_socket_ = other;
}

pg_result *connection::wait_result() {
  if (waiting_ || PQisnonblocking(c_.get())) {
    int other = other_socket_; // told once: it may stay readable, as a closed one does
    while (PQisBusy(c_.get())) {
      const int unsent = PQflush(c_.get()); // PQgetResult says what is wrong, if it fails
      if (unsent < 0 || !wait_for_socket(unsent > 0, other)) break;
    }
  }
  return PQgetResult(c_.get());
}

// Whether the session goes on.
bool connection::wait_for_socket(bool to_send, int &other) {
  const int timeout = waiting_ ? static_cast<int>(wait_interval_.count()) : -1;
  std::array<pollfd, 2> p{{{PQsocket(c_.get()), static_cast<short>(to_send ? POLLIN | POLLOUT : POLLIN), 0},
                           {other, POLLIN, 0}}}; // poll passes over a negative one
  const int ready = ::poll(p.data(), p.size(), timeout);
  const bool failed = ready < 0 && errno != EINTR;
  if (p[1].revents != 0) other = -1;
  if (waiting_ && (ready == 0 || p[1].revents != 0)) waiting_();
  return !failed && ((p[0].revents & ~POLLOUT) == 0 || PQconsumeInput(c_.get()));
}

server_error connection::refusal(const pg_result *failed) const {
  server_error e = failed ? make_error(c_.get(), failed) : make_connection_error(c_.get(), "the session failed");
  if (refused_) refused_(e);
  return e;
}

void connection::fail(const pg_result *failed) { throw refusal(failed); }

// A server that waits for a lock does not take the data: that is a wait as any other.
void connection::send_copy(std::string_view data) {
  constexpr std::size_t piece = 1U << 20;
  PQsetnonblocking(c_.get(), 1);
  int other = other_socket_;
  const auto flushed = [&] {
    for (int unsent = 0; (unsent = PQflush(c_.get())) != 0;)
      if (unsent < 0 || !wait_for_socket(true, other)) return false;
    return true;
  };
  const char *failure = nullptr; // makes the server refuse what it has so far
  for (std::size_t at = 0; at < data.size() && !failure; at += piece) {
    const auto part = data.substr(at, piece);
    if (PQputCopyData(c_.get(), part.data(), static_cast<int>(part.size())) != 1 || !flushed())
      failure = "davit could not send all of the data";
  }
  const bool ended = PQputCopyEnd(c_.get(), failure) == 1 && flushed();
  PQsetnonblocking(c_.get(), 0);
  // Where the session has ended the server's last words are among the results.
  if (!ended && PQstatus(c_.get()) == CONNECTION_OK) throw make_connection_error(c_.get(), "cannot end COPY");
}

void connection::discard_copy() {
  int other = other_socket_;
  for (;;) {
    char *buffer = nullptr;
    const int got = PQgetCopyData(c_.get(), &buffer, 1);
    PQfreemem(buffer);
    if (got < 0 || (got == 0 && !wait_for_socket(false, other))) return;
  }
}

// Reads every result of what was sent, so that the session is free again whatever happened; the last result counts,
// the first failure wins.
result connection::drain(std::string_view copy_data, const std::function<void(const result &)> &each) {
  result last(nullptr);
  result failed(nullptr);
  bool any = false;
  while (pg_result *raw = wait_result()) {
    result r(raw);
    any = true;
    switch (PQresultStatus(raw)) {
    case PGRES_COPY_IN: send_copy(copy_data); break;
    case PGRES_COPY_OUT: discard_copy(); break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      if (each) each(r);
      last = std::move(r);
      break;
    default:
      if (!failed.get()) failed = std::move(r);
      if (!alive()) fail(failed.get());
    }
  }
  if (failed.get() || !any) fail(failed.get());
  return last;
}

result connection::exec(std::string_view sql) { return exec_statement(sql); }

result connection::exec(std::string_view sql, const std::function<void(const result &)> &each) {
  require_free();
  if (!PQsendQuery(c_.get(), std::string(sql).c_str()))
    throw make_connection_error(c_.get(), "cannot send a statement");
  return drain({}, each);
}

result connection::exec_statement(std::string_view sql, std::string_view copy_data) {
  require_free();
  if (!PQsendQuery(c_.get(), std::string(sql).c_str()))
    throw make_connection_error(c_.get(), "cannot send a statement");
  return drain(copy_data);
}

result connection::query(std::string_view sql, std::span<const parameter> parameters) {
  require_free();
  const values v = to_values(parameters);
  if (!PQsendQueryParams(c_.get(), std::string(sql).c_str(), static_cast<int>(parameters.size()), nullptr,
                         v.pointers.data(), nullptr, nullptr, 0))
    throw make_connection_error(c_.get(), "cannot send a statement");
  return drain({});
}

result connection::start_rows(std::string_view sql, std::span<const parameter> parameters) {
  require_free();
  const values v = to_values(parameters);
  if (!PQsendQueryParams(c_.get(), std::string(sql).c_str(), static_cast<int>(parameters.size()), nullptr,
                         v.pointers.data(), nullptr, nullptr, 0) ||
      !PQsetSingleRowMode(c_.get()))
    throw make_connection_error(c_.get(), "cannot send a statement");
  result r(wait_result());
  const auto status = r.get() ? PQresultStatus(r.get()) : PGRES_FATAL_ERROR;
  if (status == PGRES_SINGLE_TUPLE) {
    result columns(PQcopyResult(r.get(), PG_COPYRES_ATTRS));
    if (!columns.get()) throw std::bad_alloc();
    first_row_ = std::move(r);
    return columns;
  }
  while (pg_result *rest = PQgetResult(c_.get())) PQclear(rest);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) fail(r.get());
  return r;
}

std::optional<result> connection::next_row() {
  require_free();
  if (first_row_) return std::exchange(first_row_, std::nullopt);
  pg_result *raw = wait_result();
  if (!raw) return std::nullopt;
  result r(raw);
  if (PQresultStatus(raw) == PGRES_SINGLE_TUPLE) return r;
  while (pg_result *rest = PQgetResult(c_.get())) PQclear(rest);
  if (PQresultStatus(raw) != PGRES_TUPLES_OK) fail(raw);
  return std::nullopt;
}

void connection::end_rows() {
  first_row_.reset();
  if (transaction_status() != transaction_status::active) return;
  cancel_->request(); // if it is not delivered, reading the rest away takes longer, that is all
  while (pg_result *rest = PQgetResult(c_.get())) PQclear(rest);
}

transaction_status connection::transaction_status() const noexcept {
  switch (PQtransactionStatus(c_.get())) {
  case PQTRANS_IDLE: return transaction_status::idle;
  case PQTRANS_ACTIVE: return transaction_status::active;
  case PQTRANS_INTRANS: return transaction_status::in_transaction;
  case PQTRANS_INERROR: return transaction_status::aborted;
  case PQTRANS_UNKNOWN: break;
  }
  return transaction_status::unknown;
}

bool connection::speaks_utf8() const noexcept {
  const char *encoding = PQparameterStatus(c_.get(), "client_encoding");
  return encoding && std::string_view(encoding) == "UTF8";
}

bool connection::stores_utf8() const noexcept {
  const char *encoding = PQparameterStatus(c_.get(), "server_encoding");
  return encoding && (std::string_view(encoding) == "UTF8" || std::string_view(encoding) == "SQL_ASCII");
}

bool connection::alive() const noexcept { return PQstatus(c_.get()) == CONNECTION_OK && own_socket(); }
bool connection::began_with_standard_strings() const noexcept { return standard_strings_; }
bool connection::own_socket() const noexcept { return is_socket_of(c_.get(), c_.get_deleter().socket); }
bool connection::still_alive() noexcept {
  pollfd p{PQsocket(c_.get()), POLLIN, 0};
  while (alive() && ::poll(&p, 1, 0) > 0) // a notice, or the server's last words and then the end
    if (!PQconsumeInput(c_.get())) return false;
  return alive();
}

int connection::socket() const noexcept { return PQsocket(c_.get()); }
int connection::server_version() const noexcept { return PQserverVersion(c_.get()); }
std::int32_t connection::backend_pid() const noexcept { return PQbackendPID(c_.get()); }
std::string connection::database() const { return PQdb(c_.get()); }
std::string connection::user() const { return PQuser(c_.get()); }
std::string connection::role() { return std::string(exec("SELECT CURRENT_USER").text(0, 0)); }
std::string connection::conninfo() const { return conninfo_of(c_.get()); }
std::string connection::host() const {
  const char *host = PQhost(c_.get());
  return host ? host : "";
}

std::string quote_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string quote_literal(std::string_view text) {
  std::string out = " E'"; // the blank keeps it apart from a preceding identifier
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + '\'';
}

std::string without_password(const std::string &url) {
  char *why = nullptr;
  PQconninfoOption *all = PQconninfoParse(url.c_str(), &why);
  PQfreemem(why);
  if (!all) return "(a connection string that libpq does not understand)";
  std::string out;
  for (const PQconninfoOption *o = all; o->keyword; ++o) {
    if (!o->val || std::string_view(o->keyword).find("password") != std::string_view::npos) continue;
    if (!out.empty()) out += ' ';
    out += std::string(o->keyword) + '=' + o->val;
  }
  PQconninfoFree(all);
  return out;
}

} // namespace davit::postgres
