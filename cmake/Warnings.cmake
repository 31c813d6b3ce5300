# Linked by every target of ours, never by what others build on top.
add_library(earshot_warnings INTERFACE)
target_compile_options(earshot_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlapping copies in std::string's own operator+ where there are none (GCC bug 105651).
    target_compile_options(earshot_warnings INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # GCC's library uses what it has deprecated itself (std::stable_sort does), and only Clang tells us of it.
    target_compile_options(earshot_warnings INTERFACE -Wno-deprecated-declarations)
endif()
if(EARSHOT_WARNINGS_AS_ERRORS)
    target_compile_options(earshot_warnings INTERFACE -Werror)
endif()
