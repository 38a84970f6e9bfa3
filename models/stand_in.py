#!/usr/bin/env python3
"""Makes a model folder in Kolors' layout with random weights, of any size.

It draws textures, not pictures: it stands in for the real weights wherever only sizes, names and
arithmetic matter (tests, benchmarks, a first look). Needs torch and numpy, nothing else.

    models/stand_in.py OUT [--preset tiny|small|odd|full] [--layout diffusers|kolors]
                           [--dtype fp32|fp16|bf16] [--shard-mb N]
"""
import argparse
import copy
import json
import math
import pathlib
import struct
import zlib

import numpy as np
import torch

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
SAFETENSORS_NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}

# ---------------------------------------------------------------- sizes

# What the presets change of the real model's configuration, which is "full".
PRESETS = {
    "full": dict(
        text=dict(num_layers=28, hidden_size=4096, ffn_hidden_size=13696, kv_channels=128,
                  num_attention_heads=32, multi_query_group_num=2, padded_vocab_size=65024),
        unet=dict(sample_size=128, block_out_channels=[320, 640, 1280], attention_head_dim=[5, 10, 20],
                  transformer_layers_per_block=[1, 2, 10], layers_per_block=2, cross_attention_dim=2048,
                  addition_time_embed_dim=256, norm_num_groups=32),
        vae=dict(sample_size=1024, block_out_channels=[128, 256, 512, 512], layers_per_block=2,
                 norm_num_groups=32)),
    "small": dict(
        text=dict(num_layers=4, hidden_size=128, ffn_hidden_size=320, kv_channels=32,
                  num_attention_heads=4, multi_query_group_num=2),
        unet=dict(sample_size=32, block_out_channels=[64, 96, 128], attention_head_dim=[2, 3, 4],
                  transformer_layers_per_block=[1, 1, 2], layers_per_block=2, cross_attention_dim=96,
                  addition_time_embed_dim=32, norm_num_groups=32),
        vae=dict(sample_size=256, block_out_channels=[32, 32, 64, 64], layers_per_block=1,
                 norm_num_groups=16)),
    "tiny": dict(
        text=dict(num_layers=3, hidden_size=32, ffn_hidden_size=48, kv_channels=8,
                  num_attention_heads=4, multi_query_group_num=2),
        unet=dict(sample_size=16, block_out_channels=[16, 32, 32], attention_head_dim=[2, 2, 4],
                  transformer_layers_per_block=[1, 1, 2], layers_per_block=1, cross_attention_dim=24,
                  addition_time_embed_dim=8, norm_num_groups=8),
        vae=dict(sample_size=128, block_out_channels=[8, 16, 16, 16], layers_per_block=1,
                 norm_num_groups=4)),
    # Nothing equal, nothing a power of two.
    "odd": dict(
        text=dict(num_layers=2, hidden_size=36, ffn_hidden_size=44, kv_channels=12,
                  num_attention_heads=6, multi_query_group_num=3),
        unet=dict(sample_size=24, block_out_channels=[12, 24, 36], attention_head_dim=[1, 2, 3],
                  transformer_layers_per_block=[1, 2, 1], layers_per_block=2, cross_attention_dim=20,
                  addition_time_embed_dim=10, norm_num_groups=6),
        vae=dict(sample_size=192, block_out_channels=[6, 12, 18, 24], layers_per_block=2,
                 norm_num_groups=3)),
}


def configs(preset, force_zeros=True, force_upcast=True, pieces=None):
    """Every JSON file of the folder, by path, as the published ones have them."""
    sizes = copy.deepcopy(PRESETS[preset])
    text, unet, vae = sizes["text"], sizes["unet"], sizes["vae"]
    text.setdefault("padded_vocab_size", (pieces or 0) + 32)
    text = dict(_name_or_path="stand-in", add_bias_linear=False, add_qkv_bias=True,
                apply_query_key_layer_scaling=True, apply_residual_connection_post_layernorm=False,
                architectures=["ChatGLMModel"], attention_dropout=0.0, attention_softmax_in_fp32=True,
                bias_dropout_fusion=True, fp32_residual_connection=False, hidden_dropout=0.0,
                layernorm_epsilon=1e-05, model_type="chatglm", multi_query_attention=True,
                original_rope=True, post_layer_norm=True, rmsnorm=True, seq_length=32768,
                tie_word_embeddings=False, torch_dtype="float16", use_cache=True,
                vocab_size=text["padded_vocab_size"], **text)
    hidden = text["hidden_size"]
    unet = dict(_class_name="UNet2DConditionModel", _diffusers_version="0.27.0", act_fn="silu",
                addition_embed_type="text_time", center_input_sample=False,
                down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
                downsample_padding=1, encoder_hid_dim=hidden, encoder_hid_dim_type="text_proj",
                flip_sin_to_cos=True, freq_shift=0, in_channels=4, mid_block_scale_factor=1,
                mid_block_type="UNetMidBlock2DCrossAttn", norm_eps=1e-05, out_channels=4,
                projection_class_embeddings_input_dim=hidden + 6 * unet["addition_time_embed_dim"],
                resnet_time_scale_shift="default", time_embedding_type="positional",
                up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
                upcast_attention=False, use_linear_projection=True, **unet)
    count = len(vae["block_out_channels"])
    vae = dict(_class_name="AutoencoderKL", _diffusers_version="0.27.0", act_fn="silu",
               down_block_types=["DownEncoderBlock2D"] * count, up_block_types=["UpDecoderBlock2D"] * count,
               in_channels=3, out_channels=3, latent_channels=4, scaling_factor=0.13025,
               force_upcast=force_upcast, **vae)
    scheduler = dict(_class_name="EulerDiscreteScheduler", _diffusers_version="0.27.0", beta_end=0.014,
                     beta_schedule="scaled_linear", beta_start=0.00085, interpolation_type="linear",
                     num_train_timesteps=1100, prediction_type="epsilon", steps_offset=1,
                     timestep_spacing="leading", trained_betas=None, use_karras_sigmas=False)
    index = dict(_class_name="KolorsPipeline", _diffusers_version="0.30.0",
                 force_zeros_for_empty_prompt=force_zeros,
                 scheduler=["diffusers", "EulerDiscreteScheduler"],
                 text_encoder=["kolors", "ChatGLMModel"], tokenizer=["kolors", "ChatGLMTokenizer"],
                 unet=["diffusers", "UNet2DConditionModel"], vae=["diffusers", "AutoencoderKL"],
                 image_encoder=[None, None], feature_extractor=[None, None])
    tokenizer = dict(tokenizer_class="ChatGLMTokenizer", model_max_length=1000000000000000019884624838656,
                     padding_side="left", remove_space=False, do_lower_case=False,
                     clean_up_tokenization_spaces=False)
    return {"model_index.json": index, "text_encoder/config.json": text, "unet/config.json": unet,
            "vae/config.json": vae, "scheduler/scheduler_config.json": scheduler,
            "tokenizer/tokenizer_config.json": tokenizer}


# ---------------------------------------------------------------- tensors: name -> shape

def linear(name, outputs, inputs, bias=True):
    yield f"{name}.weight", (outputs, inputs)
    if bias:
        yield f"{name}.bias", (outputs,)


def conv(name, outputs, inputs, size):
    yield f"{name}.weight", (outputs, inputs, size, size)
    yield f"{name}.bias", (outputs,)


def norm(name, channels):
    yield f"{name}.weight", (channels,)
    yield f"{name}.bias", (channels,)


def resnet(name, inputs, outputs, time=None):
    yield from norm(f"{name}.norm1", inputs)
    yield from conv(f"{name}.conv1", outputs, inputs, 3)
    if time:
        yield from linear(f"{name}.time_emb_proj", outputs, time)
    yield from norm(f"{name}.norm2", outputs)
    yield from conv(f"{name}.conv2", outputs, outputs, 3)
    if inputs != outputs:
        yield from conv(f"{name}.conv_shortcut", outputs, inputs, 1)


def attention(name, width, context, bias=False):
    yield from linear(f"{name}.to_q", width, width, bias)
    yield from linear(f"{name}.to_k", width, context, bias)
    yield from linear(f"{name}.to_v", width, context, bias)
    yield from linear(f"{name}.to_out.0", width, width)


def transformer(name, width, layers, context):
    yield from norm(f"{name}.norm", width)
    yield from linear(f"{name}.proj_in", width, width)
    for i in range(layers):
        block = f"{name}.transformer_blocks.{i}"
        yield from norm(f"{block}.norm1", width)
        yield from attention(f"{block}.attn1", width, width)
        yield from norm(f"{block}.norm2", width)
        yield from attention(f"{block}.attn2", width, context)
        yield from norm(f"{block}.norm3", width)
        yield from linear(f"{block}.ff.net.0.proj", 8 * width, width)
        yield from linear(f"{block}.ff.net.2", width, 4 * width)
    yield from linear(f"{name}.proj_out", width, width)


def unet_tensors(config):
    channels, layers = config["block_out_channels"], config["layers_per_block"]
    depth, context = config["transformer_layers_per_block"], config["cross_attention_dim"]
    time, last = 4 * channels[0], len(channels) - 1
    yield from conv("conv_in", channels[0], config["in_channels"], 3)
    yield from linear("time_embedding.linear_1", time, channels[0])
    yield from linear("time_embedding.linear_2", time, time)
    yield from linear("add_embedding.linear_1", time, config["projection_class_embeddings_input_dim"])
    yield from linear("add_embedding.linear_2", time, time)
    yield from linear("encoder_hid_proj", context, config["encoder_hid_dim"])
    skips, width = [channels[0]], channels[0]
    for i, kind in enumerate(config["down_block_types"]):
        for j in range(layers):
            yield from resnet(f"down_blocks.{i}.resnets.{j}", width, channels[i], time)
            width = channels[i]
            if kind == "CrossAttnDownBlock2D":
                yield from transformer(f"down_blocks.{i}.attentions.{j}", width, depth[i], context)
            skips.append(width)
        if i != last:
            yield from conv(f"down_blocks.{i}.downsamplers.0.conv", width, width, 3)
            skips.append(width)
    yield from resnet("mid_block.resnets.0", width, width, time)
    yield from transformer("mid_block.attentions.0", width, depth[-1], context)
    yield from resnet("mid_block.resnets.1", width, width, time)
    for i, kind in enumerate(config["up_block_types"]):
        stage = last - i
        for j in range(layers + 1):
            yield from resnet(f"up_blocks.{i}.resnets.{j}", width + skips.pop(), channels[stage], time)
            width = channels[stage]
            if kind == "CrossAttnUpBlock2D":
                yield from transformer(f"up_blocks.{i}.attentions.{j}", width, depth[stage], context)
        if i != last:
            yield from conv(f"up_blocks.{i}.upsamplers.0.conv", width, width, 3)
    yield from norm("conv_norm_out", width)
    yield from conv("conv_out", config["out_channels"], width, 3)


def vae_mid(name, width):
    yield from resnet(f"{name}.resnets.0", width, width)
    yield from norm(f"{name}.attentions.0.group_norm", width)
    yield from attention(f"{name}.attentions.0", width, width, bias=True)
    yield from resnet(f"{name}.resnets.1", width, width)


def vae_tensors(config):
    channels, layers, latent = config["block_out_channels"], config["layers_per_block"], config["latent_channels"]
    last = len(channels) - 1
    width = channels[0]
    yield from conv("encoder.conv_in", width, 3, 3)
    for i in range(last + 1):
        for j in range(layers):
            yield from resnet(f"encoder.down_blocks.{i}.resnets.{j}", width, channels[i])
            width = channels[i]
        if i != last:
            yield from conv(f"encoder.down_blocks.{i}.downsamplers.0.conv", width, width, 3)
    yield from vae_mid("encoder.mid_block", width)
    yield from norm("encoder.conv_norm_out", width)
    yield from conv("encoder.conv_out", 2 * latent, width, 3)
    yield from conv("quant_conv", 2 * latent, 2 * latent, 1)
    yield from conv("post_quant_conv", latent, latent, 1)
    yield from conv("decoder.conv_in", width, latent, 3)
    yield from vae_mid("decoder.mid_block", width)
    for i in range(last + 1):
        for j in range(layers + 1):
            yield from resnet(f"decoder.up_blocks.{i}.resnets.{j}", width, channels[last - i])
            width = channels[last - i]
        if i != last:
            yield from conv(f"decoder.up_blocks.{i}.upsamplers.0.conv", width, width, 3)
    yield from norm("decoder.conv_norm_out", width)
    yield from conv("decoder.conv_out", 3, width, 3)


def text_tensors(config):
    hidden, ffn = config["hidden_size"], config["ffn_hidden_size"]
    heads = config["num_attention_heads"] * config["kv_channels"]
    qkv = heads + 2 * config["multi_query_group_num"] * config["kv_channels"]
    yield "embedding.word_embeddings.weight", (config["padded_vocab_size"], hidden)
    for i in range(config["num_layers"]):
        layer = f"encoder.layers.{i}"
        yield f"{layer}.input_layernorm.weight", (hidden,)
        yield from linear(f"{layer}.self_attention.query_key_value", qkv, hidden)
        yield f"{layer}.self_attention.dense.weight", (hidden, heads)
        yield f"{layer}.post_attention_layernorm.weight", (hidden,)
        yield f"{layer}.mlp.dense_h_to_4h.weight", (2 * ffn, hidden)
        yield f"{layer}.mlp.dense_4h_to_h.weight", (hidden, ffn)
    yield "encoder.final_layernorm.weight", (hidden,)
    yield "output_layer.weight", (config["padded_vocab_size"], hidden)


# ---------------------------------------------------------------- values

class Values:
    """Normal numbers out of one pool: a tensor begins at a place that depends on its name."""

    def __init__(self, seed):
        generator = torch.Generator().manual_seed(seed)
        self.pool = torch.randn(4194301, generator=generator)  # prime: no row repeats another
        self.seed = seed

    def normal(self, name, shape):
        count = math.prod(shape)
        start = zlib.crc32(f"{self.seed}/{name}".encode()) % len(self.pool)
        head = self.pool[start:start + count]
        if len(head) < count:
            rest = count - len(head)
            head = torch.cat([head] + [self.pool] * (rest // len(self.pool)) + [self.pool[:rest % len(self.pool)]])
        return head.reshape(shape)

    def tensor(self, name, shape):
        values = self.normal(name, shape)
        if name.endswith(".bias"):
            return 0.05 * values
        if len(shape) == 1:  # a norm's gain
            return 1 + 0.1 * values
        if "embeddings" in name:
            return values
        # Residual branches shrink, so that sixty of them in a row stay in fp16's range.
        branch = any(part in name for part in ("to_out", "net.2", "conv2", "dense", "proj_out")) and "h_to_4h" not in name
        return values * ((0.4 if branch else 1.0) / math.sqrt(math.prod(shape[1:])))


# ---------------------------------------------------------------- files

def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": SAFETENSORS_NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.contiguous().view(torch.uint8).numpy().data)


def shards(named_shapes, element_size, limit):
    """Lists of (name, shape), each within the limit in bytes where one tensor is."""
    shard, size = [], 0
    for name, shape in named_shapes:
        bytes_ = math.prod(shape) * element_size
        if shard and size + bytes_ > limit:
            yield shard
            shard, size = [], 0
        shard.append((name, shape))
        size += bytes_
    yield shard


def write_weights(folder, stem, named_shapes, values, dtype, shard_bytes, pickled=False, prefix=""):
    """One file or shards with an index, as huggingface's libraries name them."""
    suffix = "bin" if pickled else "safetensors"
    parts = list(shards(list(named_shapes), torch.empty(0, dtype=dtype).element_size(), shard_bytes))
    weight_map = {}
    for i, part in enumerate(parts):
        name = f"{stem}.{suffix}" if len(parts) == 1 else f"{stem}-{i + 1:05}-of-{len(parts):05}.{suffix}"
        tensors = {prefix + key: values.tensor(key, shape).to(dtype) for key, shape in part}
        weight_map |= {key: name for key in tensors}
        if pickled:
            torch.save({key: value.clone() for key, value in tensors.items()}, folder / name)
        else:
            write_safetensors(folder / name, tensors)
    if len(parts) > 1:
        (folder / f"{stem}.{suffix}.index.json").write_text(
            json.dumps({"metadata": {}, "weight_map": weight_map}, indent=1))


# SentencePiece's ModelProto, written field by field (sentencepiece_model.proto).

def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


WORDS = ("a an the of on in with and to is cat dog kitten man young girl boy tree house moon sun sea mountain "
         "river flower bird fish red green blue yellow white black grey pink scarf hat photo painting drawing "
         "night day light snow rain city street forest small large two three one wearing sitting running "
         "一只 小猫 小狗 可爱 灰色 红色 蓝色 绿色 黄色 白色 黑色 围巾 帽子 少年 女孩 男孩 月亮 太阳 大海 高山 "
         "河流 花朵 森林 城市 街道 夜晚 下雪 坐着 奔跑 戴着 照片 二次元 全身 低质量 模糊").split()


def tokenizer_pieces():
    """(piece, score, type): <unk> is 0, as ChatGLM pads with it; then controls, bytes, letters, words."""
    pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)]
    pieces += [(f"<0x{i:02X}>", 0.0, 6) for i in range(256)]
    letters = ["▁"] + [chr(i) for i in range(0x21, 0x7F)] + list("，。、！？：；（）《》“”")
    letters += sorted({c for word in WORDS for c in word if ord(c) > 0x7F})
    pieces += [(letter, -8.0, 1) for letter in letters]
    seen = {piece for piece, _, _ in pieces}
    for word in WORDS:
        for piece in ((word,) if ord(word[0]) > 0x7F else (word, "▁" + word)):
            if piece not in seen:
                seen.add(piece)
                pieces.append((piece, -4.0, 1))
    return pieces


def tokenizer_model(pieces):
    model = b"".join(field(1, field(1, piece) + field(2, score) + field(3, kind)) for piece, score, kind in pieces)
    trainer = field(3, 1) + field(4, len(pieces)) + field(35, 1)  # unigram, vocabulary, byte_fallback
    trainer += field(40, 0) + field(41, 1) + field(42, 2)  # unk, bos, eos
    normalizer = field(1, "identity") + field(3, 1) + field(4, 0) + field(5, 1)
    return model + field(2, trainer) + field(3, normalizer)


# ---------------------------------------------------------------- the folder

def make_model(out, preset="tiny", layout="diffusers", dtype="fp32", shard_mb=2000, force_zeros=True,
               force_upcast=True, seed=0):
    out = pathlib.Path(out)
    pieces = tokenizer_pieces()
    files = configs(preset, force_zeros, force_upcast, len(pieces))
    kolors = layout == "kolors"
    if kolors:  # text_encoder/ holds the tokenizer too, and no model_index.json asks for zeros
        files["text_encoder/tokenizer_config.json"] = files.pop("tokenizer/tokenizer_config.json")
        del files["model_index.json"]
    for name, config in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(config, indent=2) + "\n")
    (out / ("text_encoder" if kolors else "tokenizer") / "tokenizer.model").write_bytes(tokenizer_model(pieces))
    values, shard_bytes, torch_dtype = Values(seed), shard_mb * 1000000, DTYPES[dtype]
    write_weights(out / "text_encoder", "pytorch_model" if kolors else "model",
                  text_tensors(files["text_encoder/config.json"]), values, torch_dtype, shard_bytes,
                  pickled=kolors, prefix="transformer." if kolors else "")
    diffusion = "diffusion_pytorch_model"
    write_weights(out / "unet", diffusion, unet_tensors(files["unet/config.json"]), values, torch_dtype,
                  10**15 if kolors else shard_bytes)
    write_weights(out / "vae", diffusion, vae_tensors(files["vae/config.json"]), values, torch_dtype, 10**15)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--preset", choices=PRESETS, default="tiny")
    parser.add_argument("--layout", choices=["diffusers", "kolors"], default="diffusers")
    parser.add_argument("--dtype", choices=DTYPES, default="fp32")
    parser.add_argument("--shard-mb", type=float, default=2000, help="largest weight file, 10^6 bytes")
    parser.add_argument("--force-zeros", choices=["true", "false"], default="true")
    parser.add_argument("--force-upcast", choices=["true", "false"], default="true")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    make_model(args.out, args.preset, args.layout, args.dtype, args.shard_mb, args.force_zeros == "true",
               args.force_upcast == "true", args.seed)


if __name__ == "__main__":
    main()
