# Everything that comes from outside, as one target each. docs/architecture.md says why each was chosen.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp libwebpmux)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-cpp)
# Through pkg-config: LibTorch's and gRPC's own CMake packages disagree about protobuf's targets.
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++ protobuf)
pkg_check_modules(SIXEL REQUIRED IMPORTED_TARGET libsixel)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
find_library(GRPC_REFLECTION_LIBRARY grpc++_reflection REQUIRED)
if(KOLORS_TESTS)
  find_package(GTest REQUIRED)
endif()

# SentencePiece, static, built by `./dev setup` beside the system's protobuf.
set(KOLORS_SENTENCEPIECE_DIR "" CACHE PATH "Where SentencePiece is installed")
find_library(SENTENCEPIECE_LIBRARY libsentencepiece.a PATHS ${KOLORS_SENTENCEPIECE_DIR}/lib NO_DEFAULT_PATH REQUIRED)
add_library(kolors_sentencepiece INTERFACE)
add_library(kolors::sentencepiece ALIAS kolors_sentencepiece)
target_include_directories(kolors_sentencepiece SYSTEM INTERFACE ${KOLORS_SENTENCEPIECE_DIR}/include)
target_link_libraries(kolors_sentencepiece INTERFACE ${SENTENCEPIECE_LIBRARY} PkgConfig::GRPC)

if(KOLORS_TORCH)
  include(KolorsTorch)
endif()
