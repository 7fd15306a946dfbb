// SQL on one line.
#pragma once

#include <string>
#include <string_view>

namespace davit::cli {

// Comments stay, white space shrinks, what is longer than `most` bytes ends in an ellipsis.
std::string shortened(std::string_view sql, std::size_t most = 100);

} // namespace davit::cli
