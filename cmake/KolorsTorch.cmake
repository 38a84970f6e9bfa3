# LibTorch as kolors::torch, from the folder that Torch_DIR points into (a wheel's or a LibTorch archive's).
#
# Not find_package(Torch): it rewrites protobuf's targets, and its CUDA detection fails under C++20.
set(Torch_DIR "" CACHE PATH "LibTorch's share/cmake/Torch")
get_filename_component(TORCH_ROOT "${Torch_DIR}/../../.." ABSOLUTE)
if(NOT EXISTS ${TORCH_ROOT}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "No LibTorch under Torch_DIR='${Torch_DIR}'. Run ./dev setup, or point Torch_DIR at LibTorch's share/cmake/Torch.")
endif()

add_library(kolors_torch INTERFACE)
add_library(kolors::torch ALIAS kolors_torch)
# -idirafter: torch ships its own fmt, which must not shadow the one that spdlog was built with.
target_compile_options(kolors_torch INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-idirafter ${TORCH_ROOT}/include>")
target_link_directories(kolors_torch INTERFACE ${TORCH_ROOT}/lib)
target_link_options(kolors_torch INTERFACE -Wl,-rpath,${TORCH_ROOT}/lib)
target_link_libraries(kolors_torch INTERFACE torch_cpu c10)

if(KOLORS_CUDA)
  # The pip wheels' CUDA 13: headers, libraries and nvcc in one folder beside torch.
  get_filename_component(KOLORS_CUDA_ROOT_DEFAULT "${TORCH_ROOT}/../nvidia/cu13" ABSOLUTE)
  set(KOLORS_CUDA_ROOT ${KOLORS_CUDA_ROOT_DEFAULT} CACHE PATH "CUDA toolkit (bin/nvcc, include, lib)")
  set(CMAKE_CUDA_COMPILER ${KOLORS_CUDA_ROOT}/bin/nvcc)
  set(CMAKE_CUDA_ARCHITECTURES ${KOLORS_CUDA_ARCHITECTURES})
  set(CMAKE_CUDA_STANDARD 20)
  set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
  enable_language(CUDA)
  add_library(kolors_cuda INTERFACE)
  add_library(kolors::cuda ALIAS kolors_cuda)
  target_compile_options(kolors_cuda INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-idirafter ${KOLORS_CUDA_ROOT}/include>")
  target_compile_definitions(kolors_cuda INTERFACE KOLORS_CUDA=1)
  # --no-as-needed: nothing refers to torch_cuda by name, its kernels register themselves when loaded.
  target_link_libraries(kolors_cuda INTERFACE kolors::torch
    "-Wl,--push-state,--no-as-needed -ltorch_cuda -Wl,--pop-state" c10_cuda cudart)
  target_link_directories(kolors_cuda INTERFACE ${KOLORS_CUDA_ROOT}/lib)
  target_link_options(kolors_cuda INTERFACE -Wl,-rpath,${KOLORS_CUDA_ROOT}/lib)
endif()
