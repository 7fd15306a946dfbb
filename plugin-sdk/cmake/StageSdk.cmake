# Installs the SDK into ${PROJECT_BINARY_DIR}/sdk while configuring, and again whenever one of its files changes.
set(DAVIT_SDK_STAGE ${PROJECT_BINARY_DIR}/sdk)
file(GLOB_RECURSE sdk_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/plugin-sdk/include/*
     ${PROJECT_SOURCE_DIR}/plugin-sdk/cmake/* ${PROJECT_SOURCE_DIR}/plugin-sdk/CMakeLists.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sdk_files})
foreach(step "-S;${PROJECT_SOURCE_DIR}/plugin-sdk;-B;${PROJECT_BINARY_DIR}/sdk-build;-G;${CMAKE_GENERATOR};-DCMAKE_INSTALL_PREFIX=${DAVIT_SDK_STAGE}"
             "--install;${PROJECT_BINARY_DIR}/sdk-build")
  execute_process(COMMAND ${CMAKE_COMMAND} ${step} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
set(davit-sdk_ROOT ${DAVIT_SDK_STAGE})
install(DIRECTORY ${DAVIT_SDK_STAGE}/ DESTINATION . COMPONENT sdk)
