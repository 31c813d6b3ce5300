#include "earshot/encoder/sequence_model.hpp"

#include "mapped_file.hpp"
#include "openvino/bert_graph.hpp"
#include "unit_length.hpp"

#include <algorithm>
#include <exception>
#include <openvino/openvino.hpp>
#include <string_view>
#include <utility>

namespace earshot::encoder {
namespace {

base::Error runtime_failed(const std::exception& error) {
    return {base::Errc::internal, "the model's runtime failed", {}, error.what()};
}

class OpenVinoRunner final : public SequenceRunner {
public:
    OpenVinoRunner(ov::InferRequest request, std::size_t dimensions)
        : request_(std::move(request)), dimensions_(dimensions) {}

    base::Result<void> run(const TokenBatch& batch, std::span<float> vectors) override try {
        const ov::Shape shape{batch.rows, batch.length};
        // The tensors view the batch for the time of this call only.
        request_.set_input_tensor(0, ov::Tensor(ov::element::i32, shape, const_cast<std::int32_t*>(batch.ids.data())));
        request_.set_input_tensor(1, ov::Tensor(ov::element::f32, shape, const_cast<float*>(batch.mask.data())));
        request_.infer();
        const float* found = request_.get_output_tensor().data<const float>();
        for (std::size_t row = 0; row < batch.rows; ++row) {
            const auto vector = vectors.subspan(row * dimensions_, dimensions_);
            std::copy_n(found + row * dimensions_, dimensions_, vector.begin());
            scale_to_unit_length(vector);
        }
        return {};
    } catch (const std::exception& error) {
        return runtime_failed(error);
    }

private:
    ov::InferRequest request_;
    std::size_t dimensions_;
};

class OpenVinoModel final : public SequenceModel {
public:
    OpenVinoModel(ov::CompiledModel model, std::size_t dimensions, std::string_view precision)
        : model_(std::move(model)), dimensions_(dimensions), precision_(precision) {}

    std::size_t dimensions() const noexcept override { return dimensions_; }
    std::string_view precision() const noexcept override { return precision_; }
    base::Result<std::unique_ptr<SequenceRunner>> make_runner() override try {
        return std::make_unique<OpenVinoRunner>(model_.create_infer_request(), dimensions_);
    } catch (const std::exception& error) {
        return runtime_failed(error);
    }

private:
    ov::CompiledModel model_;
    std::size_t dimensions_;
    std::string_view precision_;
};

/// Whether the processor multiplies and adds bytes in one instruction (AVX-512 VNNI, AVX-VNNI).
bool multiplies_bytes() noexcept {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512vnni") != 0 || __builtin_cpu_supports("avxvnni") != 0;
#else
    return false;
#endif
}

/// A way to calculate, and what makes the runtime take it.
struct Arithmetic {
    std::string_view name;
    ov::element::Type precision;
    Form form;
    ov::AnyMap more;
};

Arithmetic exact_arithmetic() {
    return {"f32", ov::element::f32, Form::f32, {}};
}

/// So many of a token's numbers share a scale when they are made bytes. 32 and 384 were slower, 128 as exact as 64.
constexpr std::uint64_t k_group = 128;

/// The fastest that this processor has. Without instructions for them, bytes are slower than 32 bits.
Arithmetic live_arithmetic(ov::Core& core) {
    const auto capabilities = core.get_property("CPU", ov::device::capabilities);
    if (std::ranges::find(capabilities, ov::device::capability::BF16) != capabilities.end()) {
        return {"bf16", ov::element::bf16, Form::f32, {}};
    }
    if (multiplies_bytes()) {
        return {"i8", ov::element::f32, Form::i8, {ov::hint::dynamic_quantization_group_size(k_group)}};
    }
    return exact_arithmetic();
}

/// One runner works on its caller's thread, and so at its priority; several need a stream each, which is a thread of
/// the runtime. All share the weights.
std::shared_ptr<SequenceModel> compile(ov::Core& core, const std::shared_ptr<ov::Model>& graph, std::size_t dimensions,
                                       const Arithmetic& arithmetic, std::size_t runners) {
    ov::AnyMap properties{ov::hint::inference_precision(arithmetic.precision),
                          ov::num_streams(static_cast<std::int32_t>(runners > 1 ? runners : 0)),
                          ov::inference_num_threads(static_cast<std::int32_t>(runners)),
                          ov::hint::enable_cpu_pinning(false)};
    properties.insert(arithmetic.more.begin(), arithmetic.more.end());
    auto model = core.compile_model(graph, "CPU", properties);
    return std::make_shared<OpenVinoModel>(std::move(model), dimensions, arithmetic.name);
}

}  // namespace

bool has_runtime() noexcept {
    return true;
}

base::Result<LoadedModel> load_model(const ModelFolder& folder, std::size_t live_runners) try {
    const auto file = MappedFile::open(folder.weights);
    if (!file) return file.error();
    const auto weights = Safetensors::parse(file->bytes());
    const auto build = [&](Form form) -> base::Result<std::shared_ptr<ov::Model>> {
        auto graph = weights ? build_bert(folder, *weights, form) : weights.error();
        if (graph) return graph;
        base::Error error = graph.error();
        error.message = folder.weights.string() + ": " + error.message;
        return error;
    };
    ov::Core core;
    const Arithmetic fast = live_arithmetic(core);
    const auto graph = build(Form::f32);
    if (!graph) return graph.error();
    const auto live_graph = fast.form == Form::f32 ? graph : build(fast.form);
    if (!live_graph) return live_graph.error();
    // Two, also where both calculate alike: each has runners of its own, which do not wait for the other's.
    return LoadedModel{compile(core, *graph, folder.card.dimensions, exact_arithmetic(), 1),
                       compile(core, *live_graph, folder.card.dimensions, fast, live_runners)};
} catch (const std::exception& error) {
    return runtime_failed(error);
}

}  // namespace earshot::encoder
