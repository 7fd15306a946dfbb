// A plugin that misbehaves as its configuration says.
#pragma once

#include <davit/plugin.h>

#include <cstdint>
#include <map>
#include <string_view>

namespace hostile {

// Where a deed is done.
struct scene {
  const davit_host *host;
  davit_ctx *ctx;
  davit_str more; // `more` of the configuration
};

using deed = std::int32_t (*)(const scene &);
using deeds = std::map<std::string_view, deed>;

deeds fatal_deeds();   // end the process
deeds process_deeds(); // change what belongs to the whole process
deeds text_deeds();    // say what cannot be said
deeds place_deeds();   // leave davit no place to answer to
deeds late_deeds();    // come to light once the handler has returned

// Never returns, and never looks whether to give up.
[[noreturn]] void hang();
// The same after a signal to the process.
[[noreturn]] void signal_and_hang(int signal);

inline davit_str text(std::string_view s) { return {s.data(), s.size()}; }

} // namespace hostile
