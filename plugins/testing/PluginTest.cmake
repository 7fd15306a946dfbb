# davit_plugin_test(NAME SOURCES file…): the sources of the plugin davit_NAME, linked into a unit test that calls its
# entry function on a fake host.
find_package(davit-sdk 1.0 REQUIRED CONFIG)
set(DAVIT_PLUGINS_DIR ${CMAKE_CURRENT_LIST_DIR}/..)

function(davit_plugin_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  get_target_property(sources davit_${name} SOURCES)
  get_target_property(dir davit_${name} SOURCE_DIR)
  list(TRANSFORM sources PREPEND ${dir}/)
  add_library(${name}_under_test STATIC ${sources} ${DAVIT_PLUGINS_DIR}/testing/fake_host.cpp)
  target_include_directories(${name}_under_test PUBLIC ${dir} ${DAVIT_PLUGINS_DIR})
  target_link_libraries(${name}_under_test PUBLIC davit::sdk PRIVATE davit_warnings)
  davit_unit_test(plugin_${name} SOURCES ${arg_SOURCES} LINK ${name}_under_test)
endfunction()
