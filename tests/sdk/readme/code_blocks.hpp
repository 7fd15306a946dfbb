// The fenced blocks of a Markdown page, so that what documentation shows can be compiled and run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct code_block {
  std::string language; // the word after the opening fence; may be empty
  std::string file;     // named by a comment that is the whole first line; empty if there is none
  std::string text;     // the first line included
  std::size_t line;     // of the opening fence, from 1
};

// In the order of the page. Throws std::runtime_error if a fence is not closed.
std::vector<code_block> code_blocks(std::string_view markdown);
