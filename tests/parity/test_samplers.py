"""Every sampler against diffusers, step by step, on a synthetic model.

Two comparisons per case:

* float64: diffusers' schedulers compute their tables (alphas_cumprod, sigmas) in float32 and the
  last bit of those depends on the CPU (torch.sqrt rounds differently from one to the next). So the
  tables are compared first, to a few roundings (TABLE), and then diffusers is given ours and steps
  in float64. Ours steps in double, so both must agree to what float64 leaves: TIGHT. The schedulers
  cast the sample with an explicit torch.float32, which is why their module's `torch` is wrapped.
* float32: diffusers untouched. Its own rounding is the difference, and it grows with the number of
  steps because the model feeds it back: LOOSE, for step counts that people use.

Both start at the first step explicitly (set_begin_index(0)): diffusers otherwise looks the first
timestep up by value and starts at the second of two equal ones, as Karras spacing with many steps
has them, and then runs past the end of its table.
"""

import functools
import json
import os
import pathlib
import random
import subprocess

import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    UniPCMultistepScheduler,
)
from diffusers.schedulers import (
    scheduling_ddim,
    scheduling_dpmsolver_multistep,
    scheduling_euler_ancestral_discrete,
    scheduling_euler_discrete,
    scheduling_unipc_multistep,
)

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("KOLORS_BUILD", ROOT / "build")) / "tests" / "kolors_sampler_tool"

TABLE = 5e-7
TIGHT = 1e-9
LOOSE = 1e-4

KOLORS = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.014,
    "clip_sample": False,
    "interpolation_type": "linear",
    "num_train_timesteps": 1100,
    "prediction_type": "epsilon",
    "rescale_betas_zero_snr": False,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "trained_betas": None,
    "use_karras_sigmas": False,
}
SDXL = KOLORS | {"beta_end": 0.012, "num_train_timesteps": 1000}
CONFIGS = {
    "kolors": KOLORS,
    "sdxl": SDXL,
    "linspace": KOLORS | {"timestep_spacing": "linspace"},
    "trailing": SDXL | {"timestep_spacing": "trailing", "steps_offset": 0, "set_alpha_to_one": True},
    "linear": KOLORS | {"beta_schedule": "linear"},
}
SDE = {"algorithm_type": "sde-dpmsolver++"}
KARRAS = {"use_karras_sigmas": True}
SAMPLERS = {
    "euler": (EulerDiscreteScheduler, scheduling_euler_discrete, {}),
    "euler_ancestral": (EulerAncestralDiscreteScheduler, scheduling_euler_ancestral_discrete, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, scheduling_dpmsolver_multistep, {}),
    "dpmpp_2m_karras": (DPMSolverMultistepScheduler, scheduling_dpmsolver_multistep, KARRAS),
    "dpmpp_2m_sde": (DPMSolverMultistepScheduler, scheduling_dpmsolver_multistep, SDE),
    "dpmpp_2m_sde_karras": (DPMSolverMultistepScheduler, scheduling_dpmsolver_multistep, SDE | KARRAS),
    "ddim": (DDIMScheduler, scheduling_ddim, {}),
    "unipc": (UniPCMultistepScheduler, scheduling_unipc_multistep, {}),
}
STEPS = [1, 2, 3, 4, 7, 10, 14, 15, 20, 25, 50, 100, 999, 1000, "most"]
SHAPE = (1, 2, 3, 2)


class Torch64:
    """torch, but its float32 is float64."""

    float32 = torch.float64

    def __getattr__(self, name):
        return getattr(torch, name)


@functools.cache
def tool():
    if not TOOL.exists():
        pytest.skip(f"{TOOL} is not built: ./dev build kolors_sampler_tool")
    return subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ours(config, sampler, steps, x, noise):
    request = {
        "config": config,
        "sampler": sampler,
        "num_inference_steps": steps,
        "x": x.flatten().tolist(),
        "noise": [draw.flatten().tolist() for draw in noise],
    }
    tool().stdin.write(json.dumps(request) + "\n")
    tool().stdin.flush()
    return json.loads(tool().stdout.readline())


def scheduler_for(config, sampler, steps):
    scheduler_class, _, options = SAMPLERS[sampler]
    scheduler = scheduler_class.from_config(config, **options)
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    return scheduler


def model(x, timestep):
    return torch.sin(1.7 * x + 0.01 * float(timestep))


def theirs(scheduler, x, noise, dtype):
    """The sample after each step, and for which steps noise was drawn."""
    draws = iter(noise)
    drawn, samples = [], []

    def draw(shape, **unused):
        assert tuple(shape) == SHAPE
        drawn[-1] += 1
        return next(draws).to(dtype)

    x = x.to(dtype)
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        module = next(m for c, m, _ in SAMPLERS.values() if c is type(scheduler))
        patched.setattr(module, "randn_tensor", draw, raising=False)
        if dtype == torch.float64:
            patched.setattr(module, "torch", Torch64())
        for timestep in scheduler.timesteps:
            drawn.append(0)
            model_output = model(scheduler.scale_model_input(x, timestep), timestep)
            x = scheduler.step(model_output, timestep, x).prev_sample
            assert x.dtype == dtype
            samples.append(x.flatten().double().numpy())
    return np.array(samples), drawn


def share_tables(scheduler, answer):
    """Gives the scheduler our tables, in float64, after a look at how far they are from its own."""
    ours_by_name = {"alphas_cumprod": answer["alphas_cumprod"]}
    if hasattr(scheduler, "sigmas"):
        ours_by_name["sigmas"] = answer["sigmas"] + [0.0]
    for name, table in ours_by_name.items():
        np.testing.assert_allclose(table, getattr(scheduler, name).double(), rtol=TABLE)
        setattr(scheduler, name, torch.tensor(table, dtype=torch.float64))
    if hasattr(scheduler, "final_alpha_cumprod") and scheduler.final_alpha_cumprod != 1.0:
        scheduler.final_alpha_cumprod = scheduler.alphas_cumprod[0]


def relative_error(actual, expected):
    scale = np.maximum(np.abs(expected), np.abs(expected).max(axis=1, keepdims=True))
    return (np.abs(np.array(actual) - expected) / scale).max()


def draws(seed, count):
    generator = torch.Generator().manual_seed(seed)
    # Drawn in float32, as the pipelines do, so that both precisions see the same numbers.
    return [torch.randn(SHAPE, generator=generator) for _ in range(count)]


def case(config, sampler, steps):
    """Fresh inputs, what we make of them, and diffusers' scheduler for the same."""
    seed = random.SystemRandom().randrange(2**31)
    print("seed", seed)
    config = CONFIGS[config]
    if steps == "most":
        steps = ours(config, sampler, 1, torch.zeros(SHAPE), draws(0, 1))["max_inference_steps"]
    x, *noise = draws(seed, steps + 1)
    scheduler = scheduler_for(config, sampler, steps)
    x = x.double() * float(scheduler.init_noise_sigma)
    return ours(config, sampler, steps, x, noise), scheduler, x, noise


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("config", CONFIGS)
def test_trajectory_in_float64(config, sampler, steps):
    answer, scheduler, x, noise = case(config, sampler, steps)
    if "error" in answer:
        # Only where diffusers cannot either: see test_the_limit_is_where_diffusers_breaks.
        assert "must be from 1 to" in answer["error"]
        most = ours(CONFIGS[config], sampler, 1, x, noise)["max_inference_steps"]
        assert steps > most >= CONFIGS[config]["num_train_timesteps"] - 2
        return
    assert answer["init_noise_sigma"] == pytest.approx(float(scheduler.init_noise_sigma), rel=1e-6)
    assert answer["timesteps"] == [float(t) for t in scheduler.timesteps]
    share_tables(scheduler, answer)
    samples, drawn = theirs(scheduler, x, noise, torch.float64)
    assert [int(needed) for needed in answer["needs_noise"]] == drawn
    assert relative_error(answer["x"], samples) < TIGHT


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 14, 15, 20, 25, 50])
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("config", ["kolors", "sdxl"])
def test_trajectory_in_float32(config, sampler, steps):
    answer, scheduler, x, noise = case(config, sampler, steps)
    samples, _ = theirs(scheduler, x, noise, torch.float32)
    assert relative_error(answer["x"], samples) < LOOSE


@pytest.mark.parametrize("sampler", ["euler", "euler_ancestral", "ddim"])
def test_clean_latents_for_previews(sampler):
    answer, scheduler, x, _ = case("kolors", sampler, 20)
    x = x.reshape(SHAPE)
    for step, timestep in enumerate(scheduler.timesteps):
        model_output = model(scheduler.scale_model_input(x, timestep), timestep)
        clean = scheduler.step(model_output, timestep, x).pred_original_sample
        np.testing.assert_allclose(answer["x0"][step], clean.flatten(), rtol=1e-4, atol=1e-4)
        x = torch.tensor(answer["x"][step]).reshape(SHAPE).double()


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("config", ["kolors", "sdxl", "linspace", "trailing"])
def test_the_limit_is_where_diffusers_breaks(config, sampler):
    """One step more than we allow is refused by diffusers, gives NaN, or exceeds the model."""
    settings = CONFIGS[config]
    x, *noise = draws(1, settings["num_train_timesteps"] + 2)
    steps = ours(settings, sampler, 1, x, noise)["max_inference_steps"] + 1
    assert "must be from 1 to" in ours(settings, sampler, steps, x, noise)["error"]
    if steps > settings["num_train_timesteps"]:
        return
    try:
        samples, _ = theirs(scheduler_for(settings, sampler, steps), x, noise, torch.float64)
    except (IndexError, ValueError):
        return
    assert np.isnan(samples).any()


@pytest.mark.parametrize("config", CONFIGS)
def test_alphas(config):
    answer = ours(CONFIGS[config], "euler", 1, torch.zeros(SHAPE), [])
    alphas = EulerDiscreteScheduler.from_config(CONFIGS[config]).alphas_cumprod.double().numpy()
    np.testing.assert_allclose(answer["alphas_cumprod"], alphas, rtol=TABLE)
    if torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512"):  # else torch does not fuse
        np.testing.assert_array_equal(answer["alphas_cumprod"], alphas)
