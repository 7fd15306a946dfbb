/* A small library with all that is read of one: the smallest seed for the ELF reader. */
#include <stdio.h>

const void *davit_plugin_v1(void);

const void *davit_plugin_v1(void) {
  puts("needs a symbol of the C library, with its version");
  return 0;
}
