#include <davit/plugin.hpp>

DAVIT_HOOKS("guide.my-hook", "1.0.0", "Binds itself, as the guide recommends")

DAVIT_HOOK(post_execute, my_hook) {}
