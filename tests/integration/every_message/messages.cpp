#include "messages.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>

namespace davit::test {
namespace {

// Statements, ends of requests, and data; answers to them. The messages between those change nothing of what is done.
bool counts(side from, const proxied &who, const message &m) {
  constexpr std::string_view of_client = "QPSdcf", of_server = "CZGEI";
  return who.application.starts_with("davit ") &&
         (from == side::client ? of_client : of_server).find(m.type) != std::string_view::npos;
}

std::vector<std::string> listen(direction way, side from) {
  std::vector<std::string> out;
  const auto hook = [&](const proxied &who, const message &m) {
    if (!counts(from, who, m)) return verdict::pass();
    const std::string_view text = from == side::client ? m.sql() : m.tag();
    out.push_back(who.application + ": " + m.type + " " + std::string(text));
    return verdict::pass();
  };
  const ten_migrations all(way);
  const proxy network(crashing_server().folder(),
                      from == side::client ? proxy_options{.from_client = hook} : proxy_options{.from_server = hook});
  const auto run = test::run(all.command_through(network));
  REQUIRE_MESSAGE(run.exit_code == 0, run.err);
  return out;
}

unsigned seed() {
  static const unsigned one = [] {
    const char *given = std::getenv("DAVIT_SEED");
    const unsigned n = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
    MESSAGE("the messages are chosen by DAVIT_SEED=", n);
    return n;
  }();
  return one;
}

} // namespace

const std::vector<std::string> &messages(direction way, side from) {
  static std::map<std::pair<direction, side>, std::vector<std::string>> known;
  const auto key = std::pair(way, from);
  if (!known.contains(key)) known[key] = listen(way, from);
  return known[key];
}

std::vector<std::size_t> points(direction way, side from, std::size_t how_many) {
  const std::size_t total = messages(way, from).size();
  const char *every = std::getenv("DAVIT_EVERY_MESSAGE");
  const std::size_t one = every != nullptr ? std::strtoul(every, nullptr, 10) : 0;
  if (one > 0) return {std::min(one, total)};
  if (every != nullptr) how_many = total;
  static std::mt19937 random(seed());
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < how_many; ++i) {
    const std::size_t first = total * i / how_many + 1, last = total * (i + 1) / how_many;
    out.push_back(std::uniform_int_distribution<std::size_t>(first, last)(random));
  }
  return out;
}

std::string at(direction way, side from, std::size_t n) {
  return std::to_string(n) + ": " + messages(way, from).at(n - 1);
}

message_hook at_message(side from, std::size_t n, std::function<verdict(const proxied &)> call) {
  auto seen = std::make_shared<std::atomic<std::size_t>>(0);
  return [from, n, seen, call = std::move(call)](const proxied &who, const message &m) {
    return counts(from, who, m) && ++*seen == n ? call(who) : verdict::pass();
  };
}

} // namespace davit::test
