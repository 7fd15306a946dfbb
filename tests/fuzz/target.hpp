// What every fuzz target has: the entry point of libFuzzer, and a way to say that a promise was broken.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace davit::fuzz {

// The input as text, in a heap block of exactly its size, so that sanitizers see every byte too far.
std::string text_of(const std::uint8_t *data, std::size_t size);

// Ends the program with `promise`, which libFuzzer takes for a finding, unless `kept`.
void require(bool kept, std::string_view promise);

// The place of a byte, counted anew: lines and columns from 1, columns in characters, a byte order mark left out.
place place_of(std::string_view text, std::size_t offset);

// That `where` names `file` and a line and column inside of `text`, or just behind a line's or the text's end.
void require_inside(const place &where, const std::string &file, std::string_view text);

} // namespace davit::fuzz
