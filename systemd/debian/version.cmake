# CPack reads this before it makes the package. -DCPACK_COPYBENCH_VERSION=X on its command line overrides the version.
include(${CPACK_COPYBENCH_BUILD}/version/package.cmake)
if(NOT CPACK_COPYBENCH_VERSION)
  set(CPACK_COPYBENCH_VERSION ${copybench_version})
endif()
set(CPACK_PACKAGE_VERSION ${CPACK_COPYBENCH_VERSION})
set(CPACK_PACKAGE_FILE_NAME copybench-${CPACK_COPYBENCH_VERSION})
# The time of all packed files, so that two builds of a commit are equal.
set(ENV{SOURCE_DATE_EPOCH} ${copybench_date})
