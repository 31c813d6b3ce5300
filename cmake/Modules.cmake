# earshot_add_module(NAME DEPENDS <modules> LINKS <libraries>): one static library a folder of src/, holding every source
# in it and in its own folders, whose private headers are found from the module's folder. DEPENDS draws the arrows of
# docs/architecture.md; scripts/check-layering holds the includes to the same arrows.
function(earshot_add_module name)
    cmake_parse_arguments(module "" "" "DEPENDS;LINKS;PRIVATE_LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp
                                        ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*/*.cpp)
    add_library(earshot_${name} STATIC ${sources})
    target_include_directories(earshot_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                               PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${name})
    foreach(dependency IN LISTS module_DEPENDS)
        target_link_libraries(earshot_${name} PUBLIC earshot_${dependency})
    endforeach()
    target_link_libraries(earshot_${name} PUBLIC ${module_LINKS} PRIVATE ${module_PRIVATE_LINKS} earshot_warnings)
endfunction()
