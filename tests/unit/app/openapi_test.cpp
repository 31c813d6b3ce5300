#include "earshot/app/openapi.hpp"

#include "earshot/net/routes.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace earshot::app {
namespace {

class OpenapiTest : public ::testing::Test {
protected:
    void expect_references(const YAML::Node& node) {
        if (node.IsMap() && node["$ref"]) {
            const auto reference = node["$ref"].as<std::string>();
            const std::string prefix = "#/components/";
            ASSERT_TRUE(reference.starts_with(prefix)) << reference;
            const auto slash = reference.find('/', prefix.size());
            ASSERT_NE(slash, reference.npos) << reference;
            const std::string kind = reference.substr(prefix.size(), slash - prefix.size());
            EXPECT_TRUE(document_["components"][kind][reference.substr(slash + 1)]) << reference;
        }
        if (node.IsMap()) {
            for (const auto& member : node) expect_references(member.second);
        } else if (node.IsSequence()) {
            for (const YAML::Node& element : node) expect_references(element);
        }
    }

    const YAML::Node document_ = YAML::Load(openapi_document());
};

TEST_F(OpenapiTest, the_page_of_the_documentation_is_what_the_program_prints) {
    std::ifstream file(EARSHOT_SOURCE_DIR "/docs/openapi.yaml");
    const std::string text{std::istreambuf_iterator<char>(file), {}};

    EXPECT_EQ(text, openapi_document()) << "write it anew: earshot openapi > docs/openapi.yaml";
}

TEST_F(OpenapiTest, has_every_route_with_its_statuses) {
    for (const net::RouteInfo& route : net::routes()) {
        std::string method(route.method);
        for (char& character : method) character = static_cast<char>(std::tolower(character));
        const YAML::Node operation = document_["paths"][std::string(route.path)][method];
        ASSERT_TRUE(operation) << route.method << route.path;
        for (const net::RouteResponse& response : route.responses) {
            EXPECT_TRUE(operation["responses"][std::to_string(response.status)]) << route.path;
        }
        // With it any status would be a documented one.
        EXPECT_FALSE(operation["responses"]["default"]) << route.path;
        EXPECT_EQ(operation["security"].size() > 0, route.access == net::Access::token) << route.path;
        EXPECT_EQ(operation["requestBody"].IsDefined(), !route.request.empty()) << route.path;
    }
}

TEST_F(OpenapiTest, every_operation_has_a_name_of_its_own) {
    std::set<std::string> names;
    for (const auto& path : document_["paths"]) {
        for (const auto& operation : path.second) {
            const auto name = operation.second["operationId"].as<std::string>();
            EXPECT_TRUE(names.insert(name).second) << name;
        }
    }
}

TEST_F(OpenapiTest, every_reference_leads_somewhere) {
    expect_references(document_);
}

}  // namespace
}  // namespace earshot::app
