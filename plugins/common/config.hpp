// Reading configuration with complaints that name the key.
#pragma once

#include <davit/plugin.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace common {

// Throws davit::error "KEY: TEXT".
[[noreturn]] void refuse(std::string_view key, std::string_view text, std::int32_t status = DAVIT_ERR_INVALID);

// The index in `choices` of the text at `key`, or `fallback` where there is neither a text nor a declared default.
// Refuses other texts, listing the choices.
std::size_t choice(const davit::setup &s, const std::string &key, std::initializer_list<std::string_view> choices,
                   std::optional<std::size_t> fallback = std::nullopt);

// The texts of the array at `key`, which narrows something down. Empty without the key, which is "all of them"; an
// array that is there and empty is refused: whoever emptied it meant none.
std::vector<std::string> narrowed_to(const davit::setup &s, const std::string &key);

// Declares `handler` under `name` and binds it to `phase`; what davit refuses is said with `name_key` or `phase_key`.
void on(davit::setup &s, const std::string &phase, const std::string &phase_key, const std::string &name,
        const std::string &name_key, davit::handler handler);

} // namespace common
