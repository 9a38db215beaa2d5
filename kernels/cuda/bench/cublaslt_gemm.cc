#include "kernels/cuda/bench/cublaslt_gemm.h"

#include <cublasLt.h>

#include "base/dynamic_library.h"
#include "base/error.h"
#include "kernels/cuda/bench/device_data.h"

namespace dsb::bench {

struct CublasLt::Api {
  ~Api() {
    if (handle != nullptr) destroy(handle);
  }
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtMatmul) matmul = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) get_heuristic = nullptr;
  decltype(&cublasLtMatmulDescCreate) create_product = nullptr;
  decltype(&cublasLtMatmulDescDestroy) destroy_product = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) set_product = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) create_layout = nullptr;
  decltype(&cublasLtMatrixLayoutDestroy) destroy_layout = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) create_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceDestroy) destroy_preference = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) set_preference = nullptr;
  cublasLtHandle_t handle = nullptr;
};

namespace {

constexpr int64_t kWorkspaceBytes = int64_t{32} << 20;

void Check(cublasStatus_t status, const char* call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  ThrowResource(std::string("cublasLt: ") + call + " returned " +
                std::to_string(static_cast<int>(status)));
}

bool FindAll(CublasLt::Api* api, const DynamicLibrary& library, std::string* why_not) {
  const auto find = [&](const char* name, auto& function) {
    return library.Find(name, function, why_not);
  };
  return find("cublasLtCreate", api->create) && find("cublasLtDestroy", api->destroy) &&
         find("cublasLtMatmul", api->matmul) &&
         find("cublasLtMatmulAlgoGetHeuristic", api->get_heuristic) &&
         find("cublasLtMatmulDescCreate", api->create_product) &&
         find("cublasLtMatmulDescDestroy", api->destroy_product) &&
         find("cublasLtMatmulDescSetAttribute", api->set_product) &&
         find("cublasLtMatrixLayoutCreate", api->create_layout) &&
         find("cublasLtMatrixLayoutDestroy", api->destroy_layout) &&
         find("cublasLtMatmulPreferenceCreate", api->create_preference) &&
         find("cublasLtMatmulPreferenceDestroy", api->destroy_preference) &&
         find("cublasLtMatmulPreferenceSetAttribute", api->set_preference);
}

// One product's descriptions and memory. The library is column-major: there the weights are
// [cols, rows], transposed, and input and output have one column a row of ours.
class Product {
 public:
  Product(const CublasLt::Api& api, int64_t rows, int64_t cols, int64_t num_rows,
          int64_t bytes_in_turn)
      : api_(api),
        matrix_bytes_(2 * rows * cols),
        copies_(NumCopies(matrix_bytes_, bytes_in_turn)),
        weights_(matrix_bytes_ * copies_),
        input_(2 * num_rows * cols),
        output_(num_rows * rows),
        workspace_(kWorkspaceBytes) {
    Check(api.create_product(&product_, CUBLAS_COMPUTE_32F, CUDA_R_32F), "MatmulDescCreate");
    const cublasOperation_t transposed = CUBLAS_OP_T;
    Check(api.set_product(product_, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed),
          "MatmulDescSetAttribute");
    const auto layout = [&](cudaDataType_t type, int64_t height, int64_t width,
                            cublasLtMatrixLayout_t* out) {
      Check(api.create_layout(out, type, static_cast<uint64_t>(height),
                              static_cast<uint64_t>(width), height),
            "MatrixLayoutCreate");
    };
    layout(CUDA_R_16BF, cols, rows, &weights_layout_);
    layout(CUDA_R_16BF, cols, num_rows, &input_layout_);
    layout(CUDA_R_32F, rows, num_rows, &output_layout_);
  }
  ~Product() {
    if (output_layout_ != nullptr) api_.destroy_layout(output_layout_);
    if (input_layout_ != nullptr) api_.destroy_layout(input_layout_);
    if (weights_layout_ != nullptr) api_.destroy_layout(weights_layout_);
    if (product_ != nullptr) api_.destroy_product(product_);
  }
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

  bool ChooseAlgorithm() {
    cublasLtMatmulPreference_t preference = nullptr;
    Check(api_.create_preference(&preference), "MatmulPreferenceCreate");
    const auto workspace_bytes = static_cast<uint64_t>(kWorkspaceBytes);
    const cublasStatus_t set =
        api_.set_preference(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace_bytes,
                            sizeof workspace_bytes);
    int num_found = 0;
    const cublasStatus_t status =
        api_.get_heuristic(api_.handle, product_, weights_layout_, input_layout_, output_layout_,
                           output_layout_, preference, 1, &chosen_, &num_found);
    api_.destroy_preference(preference);
    Check(set, "MatmulPreferenceSetAttribute");
    return status == CUBLAS_STATUS_SUCCESS && num_found == 1;
  }

  void Enqueue(int64_t i, cuda::Stream stream) {
    const float one = 1, zero = 0;
    Check(api_.matmul(api_.handle, product_, &one, weights_.data() + i % copies_ * matrix_bytes_,
                      weights_layout_, input_.data(), input_layout_, &zero, output_.data(),
                      output_layout_, output_.data(), output_layout_, &chosen_.algo,
                      workspace_.data(), static_cast<size_t>(kWorkspaceBytes),
                      reinterpret_cast<cudaStream_t>(stream)),
          "Matmul");
  }

 private:
  const CublasLt::Api& api_;
  int64_t matrix_bytes_, copies_;
  DeviceBytes weights_, input_;
  DeviceFloats output_;
  DeviceBytes workspace_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t weights_layout_ = nullptr, input_layout_ = nullptr,
                         output_layout_ = nullptr;
  cublasLtMatmulHeuristicResult_t chosen_{};
};

}  // namespace

CublasLt::CublasLt() : api_(std::make_unique<Api>()) {}
CublasLt::~CublasLt() = default;

std::shared_ptr<CublasLt> CublasLt::Open(std::string* why_not) {
  const std::string name = "libcublasLt.so." + std::to_string(CUBLAS_VER_MAJOR);
  const auto library = DynamicLibrary::Open({name, "/usr/local/cuda/lib64/" + name}, why_not);
  if (!library) return nullptr;
  std::shared_ptr<CublasLt> opened(new CublasLt);
  if (!FindAll(opened->api_.get(), *library, why_not)) return nullptr;
  const cublasStatus_t status = opened->api_->create(&opened->api_->handle);
  if (status != CUBLAS_STATUS_SUCCESS) {
    *why_not = name + ": cublasLtCreate returned " + std::to_string(static_cast<int>(status));
    return nullptr;
  }
  return opened;
}

std::function<void(int64_t, cuda::Stream)> CublasLt::Gemm(int64_t rows, int64_t cols,
                                                          int64_t num_rows, int64_t bytes_in_turn) {
  const auto product = std::make_shared<Product>(*api_, rows, cols, num_rows, bytes_in_turn);
  if (!product->ChooseAlgorithm()) return nullptr;
  return [product](int64_t i, cuda::Stream stream) { product->Enqueue(i, stream); };
}

}  // namespace dsb::bench
