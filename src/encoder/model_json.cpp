#include "model_json.hpp"

#include "earshot/encoder/batch_encoder.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <functional>
#include <map>

namespace earshot::encoder {
namespace {

using boost::json::value;

constexpr std::int64_t k_max_dimensions = 4'096;
constexpr std::int64_t k_max_tokens = 512;
constexpr std::int64_t k_max_heads = 64;

/// Takes a member's value; false if it is wrong.
using Read = std::function<bool(const value&)>;

struct Member {
    Read read;
    std::string_view expected;
    bool is_required = false;
};

Read text_into(std::string& out) {
    return [&out](const value& from) {
        if (!from.is_string()) return false;
        out = from.get_string();
        return true;
    };
}

Read count_into(std::size_t& out, std::int64_t least, std::int64_t most) {
    return [&out, least, most](const value& from) {
        if (!from.is_int64() || from.get_int64() < least || from.get_int64() > most) return false;
        out = static_cast<std::size_t>(from.get_int64());
        return true;
    };
}

/// Batches are padded to a multiple of it, and must not become longer than what the weights have positions for.
Read tokens_into(std::size_t& out) {
    static_assert(BatchEncoder::k_length_step == 4, "as the member's description says");
    return [read = count_into(out, 8, k_max_tokens), &out](const value& from) {
        return read(from) && out % BatchEncoder::k_length_step == 0;
    };
}

Read number_into(double& out, double least, double most) {
    return [&out, least, most](const value& from) {
        if (!from.is_number()) return false;
        out = from.to_number<double>();
        return out >= least && out <= most;
    };
}

/// The name of a file beside model.json.
Read file_into(std::filesystem::path& out) {
    return [&out](const value& from) {
        if (!from.is_string()) return false;
        out = std::string(from.get_string());
        return !out.empty() && out == out.filename();
    };
}

Read pooling_into(Pooling& out) {
    return [&out](const value& from) {
        if (from == "mean") {
            out = Pooling::mean;
        } else if (from == "cls") {
            out = Pooling::cls;
        } else {
            return false;
        }
        return true;
    };
}

std::map<std::string, Member, std::less<>> members_of(ModelFolder& folder) {
    return {
        {"name", {text_into(folder.card.name), "a text", true}},
        {"dimensions", {count_into(folder.card.dimensions, 1, k_max_dimensions), "a number from 1 to 4096", true}},
        {"heads", {count_into(folder.heads, 1, k_max_heads), "a number from 1 to 64", true}},
        {"pooling", {pooling_into(folder.pooling), "\"mean\" or \"cls\"", true}},
        {"prefix", {text_into(folder.prefix), "a text"}},
        {"maxTokens", {tokens_into(folder.max_tokens), "a multiple of 4 from 8 to 512"}},
        {"layerNormEpsilon", {number_into(folder.layer_norm_epsilon, 1e-13, 1e-3), "a number from 1e-13 to 1e-3"}},
        {"threshold", {number_into(folder.threshold, 0, 1), "a number from 0 to 1"}},
        {"weights", {file_into(folder.weights), "the name of a file beside it"}},
        {"vocabulary", {file_into(folder.vocabulary), "the name of a file beside it"}},
    };
}

base::Error wrong(std::string message) {
    return {base::Errc::invalid_value, std::move(message), {}, {}};
}

}  // namespace

base::Result<ModelFolder> parse_model_json(std::string_view json) {
    boost::system::error_code error;
    const value document = boost::json::parse(json, error);
    if (error || !document.is_object()) return base::Error{base::Errc::invalid_json, "it is no JSON object", {}, {}};

    ModelFolder folder;
    folder.max_tokens = 256;
    folder.weights = "model.safetensors";
    folder.vocabulary = "vocab.txt";
    const auto members = members_of(folder);
    for (const auto& [name, from] : document.get_object()) {
        const auto member = members.find(std::string_view(name));
        if (member == members.end()) return wrong("\"" + std::string(name) + "\" is no member that is known");
        if (!member->second.read(from)) {
            return wrong("\"" + std::string(name) + "\" must be " + std::string(member->second.expected));
        }
    }
    for (const auto& [name, member] : members) {
        if (member.is_required && !document.get_object().contains(name)) return wrong("\"" + name + "\" is missing");
    }
    if (folder.card.dimensions % folder.heads != 0) return wrong("\"heads\" must divide \"dimensions\"");
    return folder;
}

}  // namespace earshot::encoder
