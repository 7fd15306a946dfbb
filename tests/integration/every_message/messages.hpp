// The messages of a run, and which of them a test disturbs.
#pragma once

#include "ten_migrations.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace davit::test {

enum class side { client, server };

// The messages that count, of those which one side sends in an undisturbed run, in words.
const std::vector<std::string> &messages(direction way, side from);

// Where to disturb it, from 1: so many messages, spread evenly and by DAVIT_SEED (which is made up and printed where it
// is not given); all of them if DAVIT_EVERY_MESSAGE is set, and that one if it is a number.
std::vector<std::size_t> points(direction way, side from, std::size_t how_many);

// "17: Q SELECT …"
std::string at(direction way, side from, std::size_t n);

// Counts these messages, and calls at the n-th one.
message_hook at_message(side from, std::size_t n, std::function<verdict(const proxied &)> call);

} // namespace davit::test
