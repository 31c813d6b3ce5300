#include "openvino/bert_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <openvino/opsets/opset13.hpp>
#include <optional>
#include <string>
#include <vector>

namespace earshot::encoder {
namespace {

namespace ops = ov::opset13;
using Node = ov::Output<ov::Node>;

/// What a masked token's attention is lowered by before the softmax: enough for it to vanish, in bf16 too.
constexpr float k_masked = 10'000;

Node numbers(std::vector<std::int32_t> values) {
    return ops::Constant::create(ov::element::i32, {values.size()}, values);
}
Node number(std::int32_t value) {
    return ops::Constant::create(ov::element::i32, {}, {value});
}
Node real(float value) {
    return ops::Constant::create(ov::element::f32, {}, {value});
}

base::Error wrong(std::string message) {
    return {base::Errc::invalid_value, std::move(message), {}, {}};
}

template <typename Op, typename... Arguments>
Node make(Arguments&&... arguments) {
    return std::make_shared<Op>(std::forward<Arguments>(arguments)...);
}

/// Reads tensors and remembers the first that is wrong, so that a graph can be written down without a check at every
/// line: what is missing stands as an empty constant until the end.
class Weights {
public:
    Weights(const Safetensors& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

    Node constant(const std::string& name, const ov::Shape& shape) {
        const std::vector<float> values = read(name, shape);
        return ops::Constant::create(ov::element::f32, shape, values);
    }

    std::vector<float> read(const std::string& name, const ov::Shape& shape) {
        std::vector<float> values(ov::shape_size(shape));
        const auto tensor = file_.find(prefix_ + name, shape);
        if (!tensor) {
            if (!error_) error_ = tensor.error();
        } else {
            std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
        }
        return values;
    }

    bool has(const std::string& name) const { return file_.contains(prefix_ + name); }
    /// The first size of a matrix; 0 if there is no such tensor.
    std::size_t rows(const std::string& name) {
        const auto tensor = file_.find(prefix_ + name);
        if (!tensor && !error_) error_ = tensor.error();
        return tensor && !tensor->shape.empty() ? tensor->shape.front() : 0;
    }

    const std::optional<base::Error>& error() const { return error_; }

private:
    const Safetensors& file_;
    std::string prefix_;
    std::optional<base::Error> error_;
};

/// A matrix to multiply with. As 8 bits each of its rows has a scale of its own; the runtime multiplies the bytes and
/// scales what comes of it.
Node matrix(const ov::Shape& shape, const std::vector<float>& values, Form form) {
    if (form == Form::f32) return ops::Constant::create(ov::element::f32, shape, values);
    const std::size_t columns = shape[1];
    std::vector<std::int8_t> bytes(values.size());
    std::vector<float> scales(shape[0], 1);
    for (std::size_t row = 0; row < shape[0]; ++row) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * columns);
        const auto end = begin + static_cast<std::ptrdiff_t>(columns);
        const float largest =
            std::accumulate(begin, end, 0.0F, [](float a, float b) { return std::max(a, std::abs(b)); });
        if (largest > 0) scales[row] = largest / std::numeric_limits<std::int8_t>::max();
        std::transform(begin, end, bytes.begin() + static_cast<std::ptrdiff_t>(row * columns),
                       [&](float value) { return static_cast<std::int8_t>(std::lround(value / scales[row])); });
    }
    return make<ops::Multiply>(
        make<ops::Convert>(ops::Constant::create(ov::element::i8, shape, bytes), ov::element::f32),
        ops::Constant::create(ov::element::f32, {shape[0], 1}, scales));
}

class BertGraph {
public:
    BertGraph(const ModelFolder& folder, const Safetensors& file, Form form)
        : weights_(file, file.contains("bert.embeddings.word_embeddings.weight") ? "bert." : ""),
          epsilon_(static_cast<float>(folder.layer_norm_epsilon)),
          width_(folder.card.dimensions),
          heads_(folder.heads),
          max_tokens_(folder.max_tokens),
          vocabulary_(folder.vocabulary.filename().string()),
          vocabulary_entries_(folder.entries),
          pooling_(folder.pooling),
          form_(form) {}

    base::Result<std::shared_ptr<ov::Model>> build() {
        const auto ids = std::make_shared<ops::Parameter>(ov::element::i32, ov::PartialShape::dynamic(2));
        const auto mask = std::make_shared<ops::Parameter>(ov::element::f32, ov::PartialShape::dynamic(2));
        Node tokens = embed(ids);
        const Node lowered = make<ops::Multiply>(
            make<ops::Subtract>(make<ops::Unsqueeze>(mask, numbers({1, 2})), real(1)), real(k_masked));
        std::size_t layers = 0;
        while (!weights_.error() && weights_.has(layer_name(layers) + "attention.self.query.weight")) {
            tokens = layer(tokens, lowered, layer_name(layers++));
        }
        if (weights_.error()) return *weights_.error();
        if (layers == 0) return wrong("there is no tensor of a first layer");
        if (positions_ < max_tokens_) {
            return wrong("texts of " + std::to_string(max_tokens_) +
                         " tokens are asked for, but there are vectors for " + std::to_string(positions_) +
                         " positions only");
        }
        if (entries_ < vocabulary_entries_) {
            return wrong(vocabulary_ + " has " + std::to_string(vocabulary_entries_) +
                         " entries, but there are vectors for " + std::to_string(entries_) + " only");
        }
        return std::make_shared<ov::Model>(ov::OutputVector{pool(tokens, mask)}, ov::ParameterVector{ids, mask});
    }

private:
    static std::string layer_name(std::size_t number) { return "encoder.layer." + std::to_string(number) + "."; }

    Node embed(const Node& ids) {
        const std::string name = "embeddings.";
        entries_ = weights_.rows(name + "word_embeddings.weight");
        positions_ = weights_.rows(name + "position_embeddings.weight");
        const std::size_t types = weights_.rows(name + "token_type_embeddings.weight");
        std::vector<float> places = weights_.read(name + "position_embeddings.weight", {positions_, width_});
        // All tokens are of the first type, so its vector is added to those of the positions once and for all.
        const std::vector<float> type = weights_.read(name + "token_type_embeddings.weight", {types, width_});
        for (std::size_t i = 0; i < places.size() && !type.empty(); ++i) places[i] += type[i % width_];

        const Node words =
            make<ops::Gather>(weights_.constant(name + "word_embeddings.weight", {entries_, width_}), ids, number(0));
        const Node length = make<ops::Gather>(make<ops::ShapeOf>(ids, ov::element::i32), numbers({1}), number(0));
        const Node first = make<ops::Slice>(ops::Constant::create(ov::element::f32, {positions_, width_}, places),
                                            numbers({0}), length, numbers({1}), numbers({0}));
        return normalised(make<ops::Add>(words, first), name + "LayerNorm");
    }

    Node layer(const Node& tokens, const Node& lowered, const std::string& name) {
        const Node heard = linear(attention(tokens, lowered, name + "attention.self."), name + "attention.output.dense",
                                  width_, width_);
        const Node attended = normalised(make<ops::Add>(tokens, heard), name + "attention.output.LayerNorm");

        const std::size_t inner = weights_.rows(name + "intermediate.dense.weight");
        const Node wide = make<ops::Gelu>(linear(attended, name + "intermediate.dense", inner, width_),
                                          ov::op::GeluApproximationMode::ERF);
        const Node thought = linear(wide, name + "output.dense", width_, inner);
        return normalised(make<ops::Add>(attended, thought), name + "output.LayerNorm");
    }

    /// Queries, keys and values come of one multiplication, a tenth faster than of three.
    Node attention(const Node& tokens, const Node& lowered, const std::string& name) {
        std::vector<float> weights;
        std::vector<float> offset;
        for (const char* part : {"query", "key", "value"}) {
            const std::vector<float> rows = weights_.read(name + part + ".weight", {width_, width_});
            const std::vector<float> offsets = weights_.read(name + part + ".bias", {width_});
            weights.insert(weights.end(), rows.begin(), rows.end());
            offset.insert(offset.end(), offsets.begin(), offsets.end());
        }
        const Node all =
            make<ops::Add>(make<ops::MatMul>(tokens, matrix({3 * width_, width_}, weights, form_), false, true),
                           ops::Constant::create(ov::element::f32, {3 * width_}, offset));
        const auto size = static_cast<std::int32_t>(width_ / heads_);
        const Node split = make<ops::Transpose>(
            make<ops::Reshape>(all, numbers({0, 0, 3, static_cast<std::int32_t>(heads_), size}), true),
            numbers({2, 0, 3, 1, 4}));
        const auto parts = std::make_shared<ops::Split>(split, number(0), 3);
        const auto part = [&](std::size_t i) { return make<ops::Squeeze>(parts->output(i), numbers({0})); };

        const Node likeness = make<ops::Multiply>(make<ops::MatMul>(part(0), part(1), false, true),
                                                  real(1 / std::sqrt(static_cast<float>(size))));
        const Node shares = make<ops::Softmax>(make<ops::Add>(likeness, lowered), 3);
        const Node mixed = make<ops::Transpose>(make<ops::MatMul>(shares, part(2)), numbers({0, 2, 1, 3}));
        return make<ops::Reshape>(mixed, numbers({0, 0, static_cast<std::int32_t>(width_)}), true);
    }

    Node linear(const Node& from, const std::string& name, std::size_t rows, std::size_t columns) {
        return make<ops::Add>(
            make<ops::MatMul>(from, matrix({rows, columns}, weights_.read(name + ".weight", {rows, columns}), form_),
                              false, true),
            weights_.constant(name + ".bias", {rows}));
    }

    Node normalised(const Node& from, const std::string& name) {
        const Node even = make<ops::MVN>(from, numbers({-1}), true, epsilon_, ov::op::MVNEpsMode::INSIDE_SQRT);
        return make<ops::Add>(make<ops::Multiply>(even, weights_.constant(name + ".weight", {width_})),
                              weights_.constant(name + ".bias", {width_}));
    }

    Node pool(const Node& tokens, const Node& mask) {
        if (pooling_ == Pooling::cls) return make<ops::Gather>(tokens, number(0), number(1));
        const Node weight = make<ops::Unsqueeze>(mask, numbers({2}));
        return make<ops::Divide>(make<ops::ReduceSum>(make<ops::Multiply>(tokens, weight), numbers({1}), false),
                                 make<ops::ReduceSum>(weight, numbers({1}), false));
    }

    Weights weights_;
    float epsilon_;
    std::size_t positions_ = 0;
    std::size_t entries_ = 0;
    std::size_t width_;
    std::size_t heads_;
    std::size_t max_tokens_;
    std::string vocabulary_;
    std::size_t vocabulary_entries_;
    Pooling pooling_;
    Form form_;
};

}  // namespace

base::Result<std::shared_ptr<ov::Model>> build_bert(const ModelFolder& folder, const Safetensors& weights, Form form) {
    return BertGraph(folder, weights, form).build();
}

}  // namespace earshot::encoder
