// "Did you mean": the valid name nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace davit {

// Empty if nothing is near enough to be a slip (edit distance above a third of the length).
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// "did you mean 'x'?", or "valid are: a, b, c" if nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

} // namespace davit
