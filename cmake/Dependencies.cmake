find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS system json url)
find_package(simdjson 3.0.1 CONFIG REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n data)

find_path(SNOWBALL_INCLUDE_DIR libstemmer.h REQUIRED)
find_library(SNOWBALL_LIBRARY stemmer REQUIRED)
add_library(Snowball::stemmer UNKNOWN IMPORTED)
set_target_properties(Snowball::stemmer PROPERTIES IMPORTED_LOCATION ${SNOWBALL_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${SNOWBALL_INCLUDE_DIR})

# Neither CMake's nor pkg-config's files come with it either.
find_path(LIBLINEAR_INCLUDE_DIR linear.h PATH_SUFFIXES liblinear REQUIRED)
find_library(LIBLINEAR_LIBRARY linear REQUIRED)
add_library(Liblinear::linear UNKNOWN IMPORTED)
set_target_properties(Liblinear::linear PROPERTIES IMPORTED_LOCATION ${LIBLINEAR_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${LIBLINEAR_INCLUDE_DIR})

if(NOT EARSHOT_CORE_ONLY)
    find_package(Threads REQUIRED)
    find_package(OpenSSL REQUIRED)
    find_package(yaml-cpp CONFIG REQUIRED)
    find_package(CLI11 CONFIG REQUIRED)
    find_package(spdlog CONFIG REQUIRED)
    pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
    pkg_check_modules(JWT REQUIRED IMPORTED_TARGET libjwt)
    pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
    find_package(CURL REQUIRED)
    find_package(Eigen3 3.4 CONFIG REQUIRED)

    # SOCI 4.0 brings neither CMake's nor pkg-config's files. Its back ends are linked, not loaded at run time.
    find_package(SQLite3 REQUIRED)
    find_package(PostgreSQL REQUIRED)
    find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
    find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
    find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
    find_library(SOCI_POSTGRESQL_LIBRARY soci_postgresql REQUIRED)
    add_library(Soci::core UNKNOWN IMPORTED)
    set_target_properties(Soci::core PROPERTIES IMPORTED_LOCATION ${SOCI_CORE_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${SOCI_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")
    add_library(Soci::sqlite3 UNKNOWN IMPORTED)
    set_target_properties(Soci::sqlite3 PROPERTIES IMPORTED_LOCATION ${SOCI_SQLITE3_LIBRARY}
                          INTERFACE_LINK_LIBRARIES "Soci::core;SQLite::SQLite3")
    add_library(Soci::postgresql UNKNOWN IMPORTED)
    set_target_properties(Soci::postgresql PROPERTIES IMPORTED_LOCATION ${SOCI_POSTGRESQL_LIBRARY}
                          INTERFACE_LINK_LIBRARIES "Soci::core;PostgreSQL::PostgreSQL")

    # Runs the model that hears meanings. Its folder holds oneTBB's headers too, which <execution> of GCC's library would take up, so it is
    # linked by the module encoder alone.
    if(NOT EARSHOT_OPENVINO STREQUAL "OFF")
        find_package(OpenVINO 2026.4.1 EXACT CONFIG QUIET COMPONENTS Runtime
                     HINTS ${PROJECT_SOURCE_DIR}/build/deps/openvino/openvino/cmake)
        # It says what is so anyway, and to all targets.
        remove_definitions(-D_GLIBCXX_USE_CXX11_ABI=1)
        if(NOT OpenVINO_FOUND AND EARSHOT_OPENVINO STREQUAL "ON")
            message(FATAL_ERROR "OpenVINO 2026.4.1 is not here: run scripts/setup model, or give its folder as OpenVINO_DIR")
        elseif(NOT OpenVINO_FOUND)
            message(STATUS "OpenVINO 2026.4.1 is not here (scripts/setup model gets it): trackers will not be heard by their meaning")
        endif()
    endif()
endif()
