cmake_minimum_required(VERSION 3.25)
# cmake -DSOURCE=DIR -DPROJECT_VERSION=0.1.0 -DOUTPUT=DIR -P version.cmake: writes version_text.h for the program and
# package.cmake for CPack (version, date, changes), each only if it has changed.
#
# The version has a form that Debian sorts correctly, so that a later commit upgrades an earlier one:
#   0.1.0                      the commit has the tag v0.1.0, or there is no git checkout
#   0.1.0+12.g280076ccb0       12 commits after that tag
#   0.1.0~873.g280076ccb0      no tag yet: the 873rd commit on the way to 0.1.0
# +dirty is appended if files differ from the commit.
set(version ${PROJECT_VERSION})
set(date "$ENV{SOURCE_DATE_EPOCH}")
set(changes "")
find_program(GIT git)
# The source folder may belong to another user. Git refuses to read it without safe.directory.
set(git ${GIT} -c safe.directory=${SOURCE} -c core.abbrev=10 -C ${SOURCE})
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${git} rev-parse --short HEAD OUTPUT_VARIABLE hash RESULT_VARIABLE failed ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed EQUAL 0)
    execute_process(COMMAND ${git} describe --tags --long --match "v[0-9]*" OUTPUT_VARIABLE described ERROR_QUIET
      OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(described MATCHES "^v([0-9][0-9A-Za-z.+~]*)-([0-9]+)-g[0-9a-f]+$")
      set(version ${CMAKE_MATCH_1})
      set(since v${CMAKE_MATCH_1}..)
      if(CMAKE_MATCH_2 GREATER 0)
        string(APPEND version +${CMAKE_MATCH_2}.g${hash})
      endif()
    else()
      execute_process(COMMAND ${git} rev-list --count HEAD OUTPUT_VARIABLE count OUTPUT_STRIP_TRAILING_WHITESPACE)
      string(APPEND version ~${count}.g${hash})
      set(since "")
    endif()
    execute_process(COMMAND ${git} diff --quiet HEAD -- RESULT_VARIABLE dirty)
    if(NOT dirty EQUAL 0)
      string(APPEND version +dirty)
    endif()
    if(date STREQUAL "")
      execute_process(COMMAND ${git} log -1 --format=%ct OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
    endif()
    # Wrapped as in a changelog. Only the most recent ones, since a first version would list all commits.
    execute_process(COMMAND ${git} log --max-count=10 "--format=%w(78,2,4)* %s" ${since} OUTPUT_VARIABLE changes
      OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
endif()
if(date STREQUAL "")
  file(TIMESTAMP ${SOURCE}/CMakeLists.txt date "%s" UTC)
endif()
if(changes STREQUAL "")
  set(changes "  * Version ${version}.")
endif()

file(CONFIGURE OUTPUT ${OUTPUT}/version_text.h CONTENT "#define COPYBENCH_VERSION \"@version@\"\n" @ONLY)
file(CONFIGURE OUTPUT ${OUTPUT}/package.cmake CONTENT
  "set(copybench_version [==[@version@]==])\nset(copybench_date [==[@date@]==])\nset(copybench_changes [==[@changes@]==])\n" @ONLY)
