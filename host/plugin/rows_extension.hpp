// The extension davit.rows/1.
#pragma once

#include <davit/plugin.h>

namespace davit::plugin {

const davit_ext_rows_v1 *rows_extension();

} // namespace davit::plugin
