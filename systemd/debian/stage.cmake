# Runs on the package's staged files, before they are packed, to meet Debian's policy.
set(usr ${CPACK_TEMPORARY_DIRECTORY}/usr)
set(doc ${usr}/share/doc/copybench)
# Keep symbols, since perf names an engine's functions by them, but no line numbers.
execute_process(COMMAND strip --strip-debug --remove-section=.comment ${usr}/bin/copybenchd COMMAND_ERROR_IS_FATAL ANY)
file(MAKE_DIRECTORY ${doc} ${usr}/share/lintian/overrides)
# The licences of the page's libraries, as its build found them.
file(READ ${CPACK_COPYBENCH_DEBIAN}/copyright copyright)
file(READ ${CPACK_COPYBENCH_BUILD}/web/copyright bundled)
file(WRITE ${doc}/copyright "${copyright}\n${bundled}")
file(COPY_FILE ${CPACK_COPYBENCH_DEBIAN}/lintian-overrides ${usr}/share/lintian/overrides/copybench)
include(${CPACK_COPYBENCH_BUILD}/version/package.cmake)
execute_process(COMMAND date -uR --date=@${copybench_date} OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
file(WRITE ${doc}/changelog "copybench (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

${copybench_changes}

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9n ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
# Independent of the builder's umask.
execute_process(COMMAND chmod -R u=rwX,go=rX ${usr} ${CPACK_TEMPORARY_DIRECTORY}/etc COMMAND_ERROR_IS_FATAL ANY)
