# earshot_embed_migrations(TARGET FOLDER): makes the files NNNN_name.sqlite.sql and NNNN_name.postgresql.sql of FOLDER,
# numbered from 0001 without a gap, the `all_migrations()` of TARGET, so that a program needs no files beside it.
function(earshot_embed_migrations target folder)
    file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*.sqlite.sql)
    list(SORT scripts)
    set(number 0)
    set(rows "")
    foreach(script IN LISTS scripts)
        math(EXPR number "${number} + 1")
        if(NOT script MATCHES "^0*${number}_([a-z_]+)\\.sqlite\\.sql$")
            message(FATAL_ERROR "${folder}/${script}: migration ${number} was expected, as NNNN_name.sqlite.sql")
        endif()
        set(name ${CMAKE_MATCH_1})
        string(REPLACE ".sqlite.sql" ".postgresql.sql" other ${script})
        file(READ ${folder}/${script} sqlite)
        file(READ ${folder}/${other} postgresql)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${script} ${folder}/${other})
        string(APPEND rows "    {${number}, \"${name}\", R\"sql(${sqlite})sql\", R\"sql(${postgresql})sql\"},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp @ONLY CONTENT [[
#include "migrations.hpp"

namespace earshot::store {
namespace {

constexpr Migration k_migrations[] = {
@rows@};

}  // namespace

std::span<const Migration> all_migrations() {
    return k_migrations;
}

}  // namespace earshot::store
]])
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
endfunction()
