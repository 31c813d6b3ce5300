# -fno-sanitize=vptr: type information of some libraries' classes is hidden, so vptr checks cannot link.
if(EARSHOT_SANITIZE)
    list(JOIN EARSHOT_SANITIZE "," sanitizers)
    add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${sanitizers})
    if("undefined" IN_LIST EARSHOT_SANITIZE)
        add_compile_options(-fno-sanitize=vptr -fno-sanitize-recover=undefined)
        add_link_options(-fno-sanitize=vptr)
    endif()
endif()
if(EARSHOT_BUILD_FUZZERS)
    # The libraries are instrumented for coverage; only the fuzz targets link libFuzzer's main.
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
