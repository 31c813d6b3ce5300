# Linked by every target of ours, never by what others build on top.
add_library(earshot_warnings INTERFACE)
target_compile_options(earshot_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Wnon-virtual-dtor -Woverloaded-virtual)
if(EARSHOT_WARNINGS_AS_ERRORS)
    target_compile_options(earshot_warnings INTERFACE -Werror)
endif()
