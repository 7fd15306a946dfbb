// Who may change what davit is about to load and run.
#pragma once

#include <filesystem>

namespace davit::plugin {

// Goes the way of an absolute path from / on, through symbolic links: the file, each folder and each link on the way
// must belong to this user or to root, and nobody else may write to it. Throws error_code::plugin_unsafe that names the
// first that is not so, plugin_file if one cannot be examined.
void require_no_other_writers(const std::filesystem::path &file);

} // namespace davit::plugin
