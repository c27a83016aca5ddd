# The library users link: every module in one archive and one shared object.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY DRAWDOWN_MODULES)
get_property(libraries GLOBAL PROPERTY DRAWDOWN_LIBRARIES)
list(REMOVE_DUPLICATES libraries)
foreach(module IN LISTS modules)
  list(APPEND objects $<TARGET_OBJECTS:${module}>)
endforeach()

foreach(kind static shared)
  string(TOUPPER ${kind} type)
  add_library(drawdown_${kind} ${type} ${objects})
  set_target_properties(drawdown_${kind} PROPERTIES
    OUTPUT_NAME drawdown
    LINKER_LANGUAGE CXX
    VERSION ${PROJECT_VERSION}
    SOVERSION 0
    EXPORT_NAME drawdown_${kind})
  target_include_directories(drawdown_${kind} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(drawdown_${kind} PUBLIC cxx_std_20)
  target_link_libraries(drawdown_${kind}
    PUBLIC absl::status absl::statusor absl::strings
    PRIVATE ${libraries} $<BUILD_INTERFACE:drawdown_options>)
endforeach()
add_library(drawdown::drawdown ALIAS drawdown_shared)

if(NOT DRAWDOWN_INSTALL)
  return()
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/drawdown
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS drawdown_static drawdown_shared EXPORT drawdownTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT drawdownTargets NAMESPACE drawdown::
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/drawdown)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/drawdownConfig.cmake.in
  ${PROJECT_BINARY_DIR}/drawdownConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/drawdown)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/drawdownConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH DRAWDOWN_PC_TO_PREFIX
  /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/drawdown.pc.in
  ${PROJECT_BINARY_DIR}/drawdown.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/drawdownConfig.cmake
              ${PROJECT_BINARY_DIR}/drawdownConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/drawdown)
install(FILES ${PROJECT_BINARY_DIR}/drawdown.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
