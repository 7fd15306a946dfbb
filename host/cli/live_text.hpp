// A text on a terminal that the next one overwrites.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace davit::cli {

// As lines of at most so many columns, broken at blanks where there are some. No more than `most` lines: what is left
// then ends in an ellipsis.
std::vector<std::string> folded(std::string_view text, std::size_t columns, std::size_t most);

class live_text {
public:
  bool there() const { return lines_ > 0; }
  // What removes the text that is there, and begins at its place.
  std::string erase();
  // The same, and puts `text` there, folded to the terminal behind `fd`. `left_behind` goes above it, for good.
  std::string replace(int fd, std::string_view text, std::string_view left_behind);

private:
  std::size_t lines_ = 0;
};

} // namespace davit::cli
