#include "safetensors.hpp"

#include "support/encoder/safetensors_file.hpp"

#include <gtest/gtest.h>

#include <random>

namespace earshot::encoder {
namespace {

std::string two_tensors() {
    SafetensorsFile file;
    file.add("first", {2, 3}, {1, 2, 3, 4, 5, 6});
    file.add("second", {2}, {7, 8});
    return file.bytes();
}

std::string with_header(std::string_view header, std::size_t data_bytes) {
    std::uint64_t size = header.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + std::string(header) +
           std::string(data_bytes, '\0');
}

TEST(SafetensorsTest, GivesTensorsByTheirNamesAndShapes) {
    const std::string bytes = two_tensors();
    const auto file = Safetensors::parse(bytes).value();
    const std::size_t shape[] = {2, 3};

    const Tensor tensor = file.find("first", shape).value();

    EXPECT_EQ(tensor.bytes.size(), 6 * sizeof(float));
    float last;
    std::memcpy(&last, tensor.bytes.data() + 5 * sizeof(float), sizeof(float));
    EXPECT_EQ(last, 6);
    EXPECT_TRUE(file.contains("second"));
    EXPECT_FALSE(file.contains("third"));
}

TEST(SafetensorsTest, SaysWhichTensorIsMissingOrOfAnotherShape) {
    const std::string bytes = two_tensors();
    const auto file = Safetensors::parse(bytes).value();
    const std::size_t shape[] = {3, 2};
    EXPECT_EQ(file.find("third").error().message, "there is no tensor third");
    EXPECT_EQ(file.find("first", shape).error().message,
              "the tensor first has the shape [2, 3] where [3, 2] is needed");
}

TEST(SafetensorsTest, OtherNumbersAreToldWhenTheyAreAskedFor) {
    const std::string bytes = with_header(R"({"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4);
    const auto file = Safetensors::parse(bytes).value();
    EXPECT_EQ(file.find("half").error().message, "the tensor half has numbers of type F16, only F32 can be used");
}

TEST(SafetensorsTest, CutAnywhereItIsRefused) {
    const std::string whole = two_tensors();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(Safetensors::parse(std::string_view(whole).substr(0, size))) << size;
    }
}

class BrokenHeaderTest : public testing::TestWithParam<const char*> {};

TEST_P(BrokenHeaderTest, IsRefused) {
    EXPECT_FALSE(Safetensors::parse(with_header(GetParam(), 64)));
}

INSTANTIATE_TEST_SUITE_P(
    SafetensorsTest, BrokenHeaderTest,
    testing::Values("", "[]", "{", R"({"a":1})", R"({"a":{}})",
                    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})",
                    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
                    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[64,72]}})",
                    R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
                    R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
                    R"({"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})",
                    R"({"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}})",
                    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}})",
                    // Multiplied in 64 bits, this shape has two numbers.
                    R"({"a":{"dtype":"F32","shape":[4611686018427387905,2],"data_offsets":[0,8]}})"));

TEST(SafetensorsTest, WhateverIsChangedInItNothingLiesOutside) {
    const std::string whole = two_tensors();
    std::mt19937 random(5);
    int read = 0;
    for (int trial = 0; trial < 20'000; ++trial) {
        std::string broken = whole;
        for (std::uint32_t change = 0; change <= random() % 3; ++change) {
            broken[random() % broken.size()] = static_cast<char>(random());
        }
        const auto file = Safetensors::parse(broken);
        if (!file) continue;
        for (const char* name : {"first", "second"}) {
            const auto tensor = file->find(name);
            if (!tensor) continue;
            ++read;
            EXPECT_GE(tensor->bytes.data(), broken.data());
            EXPECT_LE(tensor->bytes.data() + tensor->bytes.size(), broken.data() + broken.size());
        }
    }
    EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace earshot::encoder
