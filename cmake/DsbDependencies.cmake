# Every library comes from a Debian package; ci/packages.txt lists them once.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2_8 REQUIRED IMPORTED_TARGET libpcre2-8)
add_library(PCRE2::8BIT ALIAS PkgConfig::PCRE2_8)
