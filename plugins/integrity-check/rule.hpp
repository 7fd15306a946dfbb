// How a captured value may change between two phases.
#pragma once

#include <string>
#include <string_view>

namespace integrity_check {

enum class rule { not_decreased, not_increased, equal };

// What is refused about a change; shown after "before …, after …".
std::string_view describe(rule r); // "must not decrease"

// Whether `value` can be judged by the rule at all: those about less and more want numbers.
bool can_judge(rule r, const std::string &value);

// Numbers are compared as numbers. Both values must be ones that can be judged.
bool is_kept(rule r, const std::string &before, const std::string &after);

} // namespace integrity_check
