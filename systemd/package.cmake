# The Debian package: `cmake --build build --target package`. Installing it starts nothing; an upgrade restarts a running
# service. dpkg-shlibdeps derives its dependencies from the binary's libraries.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME copybench)
# core/base/version.cmake sets version and date.
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/debian/version.cmake)
set(CPACK_COPYBENCH_BUILD ${CMAKE_BINARY_DIR})
set(CPACK_PACKAGE_CONTACT "copybench maintainers <maintainers@copybench.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "measures ways of sending over TCP: two-copy, one-copy and zero-copy")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A daemon that takes experiments over HTTP, starts a real TCP server under
perf and a real load generator for each run, and keeps figures, charts and an
answer in words: which way of sending is fastest on this machine, at which
message size, and why.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# queue-sweep uses curl. perf has another package on Ubuntu.
set(CPACK_DEBIAN_PACKAGE_DEPENDS curl)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd, linux-perf | linux-tools-generic")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(name conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/${name})
endforeach()
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian/stage.cmake)
set(CPACK_COPYBENCH_DEBIAN ${CMAKE_CURRENT_SOURCE_DIR}/debian)
include(CPack)
