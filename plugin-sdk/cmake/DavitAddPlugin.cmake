# davit_add_plugin(NAME SOURCES file…)
#
# Builds libNAME.so as a davit plugin should be built: it exports davit_plugin_v1 and nothing else, has no undefined
# symbol left for run time, keeps the symbols of static libraries to itself, and can be loaded beside others that carry
# the same inline code. C and C++ sources both work; C++ needs C++17.
function(davit_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "davit_add_plugin(${name}): no SOURCES")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE davit::sdk)
  set_target_properties(${name} PROPERTIES PREFIX lib C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
                                           VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  get_target_property(standard ${name} CXX_STANDARD)
  if(NOT standard AND CMAKE_CXX_COMPILER_LOADED)
    target_compile_features(${name} PRIVATE cxx_std_17)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()

  set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}.version)
  file(WRITE ${script} "{ global: davit_plugin_v1; local: *; };\n")
  target_link_options(${name} PRIVATE "LINKER:--version-script=${script}" "LINKER:--exclude-libs,ALL")
  # clang's sanitizer runtimes stay in the program, so a library linked with them has open symbols by design.
  if(NOT (CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND "${DAVIT_SANITIZE}${CMAKE_CXX_FLAGS}" MATCHES "sanitize|address|thread"))
    target_link_options(${name} PRIVATE "LINKER:-z,defs")
  endif()
endfunction()
