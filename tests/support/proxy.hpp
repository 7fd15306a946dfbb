// A proxy in front of a private server's Unix socket, which delays, cuts, and lets a test step in between davit and the
// server at any message.
#pragma once

#include "support/temp_folder.hpp"
#include "support/wire.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <poll.h>

namespace davit::test {

// What is to become of a message, and of its connection.
struct verdict {
  enum class fate {
    pass,
    drop,      // this message alone
    cut,       // both sides are closed at once, this message gets lost
    cut_client // from a client: its request, up to the end, still reaches the server, but nothing reaches the client;
               // from the server: the client is left, the server does not learn of it
  };
  fate what = fate::pass;
  std::chrono::microseconds later{0}; // cut_client: when the server gets the request
  bool outage = false;                // all other connections are closed, too, and new ones until refuse(false)

  verdict with_outage() const { return {what, later, true}; }
  static verdict pass() { return {}; }
  static verdict drop() { return {fate::drop}; }
  static verdict cut() { return {fate::cut}; }
  static verdict cut_client(std::chrono::microseconds later = {}) { return {fate::cut_client, later}; }
};

struct proxied {
  std::size_t number = 0;  // of the connection, from 0; cancel requests are connections of their own
  std::string application; // its application_name
};

// Called on the proxy's thread for every message as it arrives; it must neither call the proxy nor throw.
using message_hook = std::function<verdict(const proxied &, const message &)>;

struct proxy_options {
  std::chrono::microseconds delay{0}; // each way; what follows closely is not delayed any further
  message_hook from_client = nullptr; // without hooks bytes are passed on as they come
  message_hook from_server = nullptr;
};

class proxy_session;

class proxy {
public:
  // Listens in a folder of its own, as a server does with `-k`. `server_folder` holds the server's socket.
  explicit proxy(const std::filesystem::path &server_folder, proxy_options options = {});
  // Cuts what is open.
  ~proxy();
  proxy(const proxy &) = delete;
  proxy &operator=(const proxy &) = delete;

  const std::filesystem::path &folder() const { return folder_.path(); }
  std::string url(std::string_view database = "postgres") const;

  // Closes all connections now; what was on its way is lost.
  void cut();
  // From now on new connections are closed at once, or no longer.
  void refuse(bool all);
  // Connections so far.
  std::size_t accepted() const { return accepted_; }

private:
  void run();
  void wait(std::vector<pollfd> &all);
  void accept();

  proxy_options options_;
  temp_folder folder_;
  std::string target_;
  int listener_, wakener_;
  std::mutex mutex_; // the sessions
  std::vector<std::unique_ptr<proxy_session>> sessions_;
  std::atomic<std::size_t> accepted_ = 0;
  std::atomic<bool> refuse_ = false, stop_ = false;
  std::thread thread_;
};

} // namespace davit::test
