# What is installed, and the Debian package of it: cmake --install FOLDER, cpack -G DEB in the build folder.
include(GNUInstallDirs)

# A built program finds the shipped files as an installed one does, in share/dsbench (harness/machine/paths.h). The links
# are relative: source and build folder may move together.
set(shared_folder ${CMAKE_BINARY_DIR}/share/dsbench)
file(MAKE_DIRECTORY ${shared_folder})
file(REAL_PATH ${shared_folder} real_shared_folder)
file(REAL_PATH ${CMAKE_SOURCE_DIR} real_source_folder)
foreach(folder models workloads published ci)
  file(RELATIVE_PATH linked ${real_shared_folder} ${real_source_folder}/${folder})
  file(CREATE_LINK ${linked} ${shared_folder}/${folder} SYMBOLIC)
endforeach()

install(TARGETS dsbench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(shared_destination ${CMAKE_INSTALL_DATAROOTDIR}/dsbench)
install(DIRECTORY models DESTINATION ${shared_destination})
install(DIRECTORY published DESTINATION ${shared_destination})
install(DIRECTORY workloads DESTINATION ${shared_destination} FILES_MATCHING PATTERN *.jsonl)
install(FILES ci/fetch_target.py DESTINATION ${shared_destination}/ci)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The program prints its own pages, so that they never differ from it.
if(NOT CMAKE_CROSSCOMPILING)
  set(man_page ${CMAKE_BINARY_DIR}/share/man/man1/dsbench.1)
  set(completion ${CMAKE_BINARY_DIR}/share/bash-completion/completions/dsbench)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/man/man1 ${CMAKE_BINARY_DIR}/share/bash-completion/completions)
  add_custom_command(
    TARGET dsbench POST_BUILD
    COMMAND sh -ec "\"$1\" help --man >\"$2\" && gzip -9nf \"$2\" && \"$1\" completion bash >\"$3\"" pages
            $<TARGET_FILE:dsbench> ${man_page} ${completion}
    BYPRODUCTS ${man_page}.gz ${completion}
    VERBATIM)
  install(FILES ${man_page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dsbench)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "benchmark of speculative decoding with DSpark and other drafters")
set(CPACK_PACKAGE_DESCRIPTION
    "Replays one workload against several speculative decoders of a language model and says, with intervals, how long the
 accepted runs are, how fast each user's tokens come, and where the time goes. Trained drafters and prompts come with it; the
 target model is fetched once by a script that comes with it.")
set(CPACK_PACKAGE_CONTACT "The dsbench authors <dsbench@invalid>")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3, python3-pip")  # of the script that fetches the target
include(CPack)
