// Deeds that come to light once the handler has returned: at the end of its thread, or of the process.
#include "hostile.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <pthread.h>
#include <unistd.h>

namespace hostile {
namespace {

int *volatile nowhere = nullptr;

void do_it(const std::string &what) {
  if (what == "hang") hang();
  if (what == "crash") *nowhere = 1;
  if (what == "exit") ::_exit(9);
}

template <typename Condition> void wait_for(Condition holds) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds() && std::chrono::steady_clock::now() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

struct doer {
  std::string what;
  ~doer() { do_it(what); }
};

doer at_the_end;
thread_local doer of_the_thread;
std::string at_exit;

std::int32_t static_object(const scene &s) {
  at_the_end.what.assign(s.more.data, s.more.len);
  return DAVIT_OK;
}

std::int32_t thread_local_object(const scene &s) {
  of_the_thread.what.assign(s.more.data, s.more.len);
  return DAVIT_OK;
}

std::int32_t exit_function(const scene &s) {
  at_exit.assign(s.more.data, s.more.len);
  return std::atexit([] { do_it(at_exit); }) == 0 ? DAVIT_OK : DAVIT_ERR;
}

// With something to write when everything is.
std::int32_t stream(const scene &s) {
  at_exit.assign(s.more.data, s.more.len);
  cookie_io_functions_t own{};
  own.write = [](void *, const char *, std::size_t size) {
    do_it(at_exit);
    return static_cast<ssize_t>(size);
  };
  FILE *const f = ::fopencookie(nullptr, "w", own);
  return f && std::fputs("late", f) >= 0 ? DAVIT_OK : DAVIT_ERR;
}

// A thread of its own calls exit() while there is a stream that takes nothing, and the run goes on meanwhile.
std::int32_t exit_beside(const scene &) {
  cookie_io_functions_t stuck{};
  stuck.write = [](void *, const char *, std::size_t) -> ssize_t { hang(); };
  FILE *const f = ::fopencookie(nullptr, "w", stuck);
  if (!f || std::fputs("late", f) < 0) return DAVIT_ERR;
  std::thread([] { std::exit(0); }).detach();
  return DAVIT_OK;
}

// A thread of its own calls exit() once there is a file "now" in the folder `more`.
std::int32_t exit_when_told(const scene &s) {
  std::thread([now = std::string(s.more.data, s.more.len) + "/now"] {
    wait_for([&] { return ::access(now.c_str(), F_OK) == 0; });
    if (::access(now.c_str(), F_OK) == 0) std::exit(0);
  }).detach();
  return DAVIT_OK;
}

// Prints to a file of its own, and leaves it to stdio to write that out.
std::int32_t held_back(const scene &s) {
  FILE *const f = std::fopen(std::string(s.more.data, s.more.len).c_str(), "w");
  return f && std::fputs("a line\n", f) >= 0 ? DAVIT_OK : DAVIT_ERR;
}

// A handler that was given up and comes back: `more` is what it does then, and a folder. It waits for the file "now"
// there, and leaves the number of its thread.
std::int32_t come_back(const scene &s) {
  const std::string more(s.more.data, s.more.len);
  const auto space = more.find(' ');
  const std::string folder = more.substr(space + 1);
  wait_for([&] { return ::access((folder + "/now").c_str(), F_OK) == 0; });
  std::ofstream(folder + "/thread.new") << ::gettid() << '\n';
  std::rename((folder + "/thread.new").c_str(), (folder + "/thread").c_str());
  const std::string what = more.substr(0, space);
  if (what == "exit") std::exit(0);
  if (what == "quick_exit") std::quick_exit(0);
  if (what == "pthread_exit") ::pthread_exit(nullptr);
  return *nowhere;
}

// The other side of it, in a handler that runs meanwhile: `more` is the folder.
std::int32_t call_back(const scene &s) {
  const std::string folder(s.more.data, s.more.len);
  std::ofstream(folder + "/now").close();
  std::string thread;
  wait_for([&] { return static_cast<bool>(std::ifstream(folder + "/thread") >> thread); });
  wait_for([&] { // until that thread sleeps
    std::string number, name, state;
    std::ifstream("/proc/self/task/" + thread + "/stat") >> number >> name >> state;
    return state == "S";
  });
  return DAVIT_OK;
}

} // namespace

deeds late_deeds() {
  return {{"static_object", static_object},
          {"thread_local_object", thread_local_object},
          {"exit_function", exit_function},
          {"exit_beside", exit_beside},
          {"exit_when_told", exit_when_told},
          {"stream", stream},
          {"held_back", held_back},
          {"come_back", come_back},
          {"call_back", call_back}};
}

} // namespace hostile
