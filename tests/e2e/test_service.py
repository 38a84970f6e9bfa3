"""The service as strangers use it: grpcio with generated stubs, reflection, health; nonsense, crowds, kills."""
import contextlib
import concurrent.futures
import signal
import subprocess
import time

import grpc
import pytest
from conftest import BIN, free_port, running_server
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

SMALL = dict(prompt="一只小猫", width=64, height=64, num_inference_steps=3, seed=1)
LONG = SMALL | dict(num_inference_steps=1000)


@pytest.fixture
def server(make_model, serve):
    return serve(make_model("tiny"), "--max-batch-images", "1", "--max-queued-requests", "8")


def details(error, kind):
    for any_ in rpc_status.from_call(error).details:
        message = kind()
        if any_.Unpack(message):
            return message
    return None


def expect(code):
    return pytest.raises(grpc.RpcError, match=f"StatusCode.{code}")


def test_a_stream_tells_the_whole_story(server, draw):
    drawn = draw(server, **SMALL | dict(num_images=2, num_inference_steps=6, preview_interval_steps=2))
    kinds = drawn.kinds()
    assert kinds[-1] == "completed" and "queued" in kinds and "started" in kinds and "progress" in kinds
    completed = drawn.events[-1].completed
    assert list(completed.seeds) == [1, 2] and completed.timings.total.ToNanoseconds() > 0
    progress = [e.progress.step for e in drawn.events if e.WhichOneof("event") == "progress"]
    assert progress == sorted(progress) and progress[-1] <= 6


def test_the_same_seed_draws_the_same_file(server, draw):
    assert draw(server, **SMALL).images == draw(server, **SMALL).images
    assert draw(server, **SMALL).images != draw(server, **SMALL | dict(seed=2)).images


@pytest.mark.parametrize("changes, fields", [
    (dict(width=-1), ["width"]),
    (dict(width=7, height=12), ["width", "height"]),
    (dict(width=2**31 - 1, height=2**31 - 1), ["width", "height"]),
    (dict(width=2056), ["width"]),
    (dict(num_inference_steps=-1), ["num_inference_steps"]),
    (dict(num_inference_steps=10**9), ["num_inference_steps"]),
    (dict(guidance_scale=float("nan")), ["guidance_scale"]),
    (dict(guidance_scale=float("inf")), ["guidance_scale"]),
    (dict(guidance_scale=-1.0), ["guidance_scale"]),
    (dict(num_images=17), ["num_images"]),
    (dict(prompt="a" * 20000), ["prompt"]),
    (dict(prompt="a\0b"), ["prompt"]),
    (dict(negative_prompt="\0"), ["negative_prompt"]),
    (dict(preview_interval_steps=-3), ["preview_interval_steps"]),
    (dict(sampler=99), ["sampler"]),
    (dict(priority=9, noise_source=7), ["priority", "noise_source"]),
    (dict(output=dict(quality=0)), ["output.quality"]),
    (dict(output=dict(format=12)), ["output.format"]),
    (dict(adapters=[dict(adapter="a"), dict(adapter="a", scale=float("nan"))]),
     ["adapters[1].adapter", "adapters[1].scale"]),
])
def test_wrong_fields_are_named(changes, fields, server, draw):
    with expect("INVALID_ARGUMENT") as caught:
        draw(server, **SMALL | changes)
    named = [violation.field for violation in details(caught.value, error_details_pb2.BadRequest).field_violations]
    assert named == fields
    assert details(caught.value, error_details_pb2.ErrorInfo).domain == "kolors.v1"
    assert draw(server, **SMALL).images  # the neighbours are unharmed


def test_nonsense_on_the_wire(server, api, draw):
    call = server.channel.unary_stream("/kolors.v1.ImageService/GenerateImages")
    with pytest.raises(grpc.RpcError):
        list(call(b"\xff\xff\xff\xff", timeout=10))
    bad_utf8 = b"\x0a\x02\xff\xfe"  # prompt
    with expect("UNIMPLEMENTED"):  # what gRPC's callback API answers to bytes that are no message
        list(call(bad_utf8, timeout=10))
    with expect("RESOURCE_EXHAUSTED"):  # over the message limit
        draw(server, **SMALL | dict(prompt="a" * (2 << 20)))
    with expect("NOT_FOUND"):
        draw(server, **SMALL | dict(adapters=[dict(adapter="none-such")]))
    with expect("UNIMPLEMENTED"):
        list(server.channel.unary_stream("/kolors.v1.ImageService/Nothing")(b"", timeout=10))
    assert draw(server, **SMALL).images


def test_an_empty_prompt_is_allowed(server, draw):
    assert draw(server, **SMALL | dict(prompt="")).images


def test_reflection_and_health(server):
    database = ProtoReflectionDescriptorDatabase(server.channel)
    assert {"kolors.v1.ImageService", "kolors.v1.ModelService", "grpc.health.v1.Health"} <= set(database.get_services())
    health = health_pb2_grpc.HealthStub(server.channel)
    for service in ("", "kolors.v1.ImageService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with expect("NOT_FOUND"):
        health.Check(health_pb2.HealthCheckRequest(service="none.Such"))


def test_server_info(server, api):
    info = api.model_grpc.ModelServiceStub(server.channel).GetServerInfo(api.model.GetServerInfoRequest())
    assert info.model.default_size == 128 and info.limits.size_multiple == 8 and len(info.samplers) == 9
    assert info.state == api.model.SERVER_STATE_SERVING and len(info.model.digest) == 64


@contextlib.contextmanager
def in_flight(server, api, count, **changes):
    stub = api.image_grpc.ImageServiceStub(server.channel)
    calls = [stub.GenerateImages(api.image.GenerateImagesRequest(**LONG | changes), timeout=300) for _ in range(count)]
    for call in calls:
        next(call)  # queued: the server has it
    try:
        yield calls
    finally:
        for call in calls:
            call.cancel()
        server.until(lambda: server.metric('kolors_requests{state="running"}') == 0)


def test_cancelling_frees_the_device(server, api):
    cancelled = server.metric('kolors_requests_total{outcome="cancelled"}')
    with in_flight(server, api, 3):
        server.until(lambda: server.metric('kolors_requests{state="running"}') >= 1)
    server.until(lambda: server.metric('kolors_requests_total{outcome="cancelled"}') == cancelled + 3, 10)
    assert server.metric("kolors_images_active") == 0


def test_a_deadline_ends_the_work(server, api, draw):
    missed = server.metric('kolors_requests_total{outcome="')  # any: the metrics are there
    assert missed >= 0
    with expect("DEADLINE_EXCEEDED"):
        draw(server, timeout=0.5, **LONG)
    server.until(lambda: server.metric('kolors_requests{state="running"}') == 0, 10)


def test_a_full_queue_says_when_to_come_back(server, api, draw):
    with in_flight(server, api, 8):
        with expect("RESOURCE_EXHAUSTED") as caught:
            draw(server, **SMALL)
        assert details(caught.value, error_details_pb2.ErrorInfo).reason == "QUEUE_FULL"
        assert details(caught.value, error_details_pb2.RetryInfo).retry_delay.ToNanoseconds() > 0
    assert draw(server, **SMALL).images


def test_high_priority_goes_first(server, api, draw):
    with in_flight(server, api, 4, priority=1):
        start = time.monotonic()
        assert draw(server, **SMALL | dict(priority=3)).images
        assert time.monotonic() - start < 10  # the four take minutes


def test_a_reader_that_does_not_read_holds_up_nobody(server, api, draw):
    stub = api.image_grpc.ImageServiceStub(server.channel)
    lazy = stub.GenerateImages(api.image.GenerateImagesRequest(
        **SMALL | dict(num_images=16, preview_interval_steps=1)), timeout=120)
    for seed in range(5):
        assert draw(server, **SMALL | dict(seed=seed)).images
    events = list(lazy)
    assert sum(event.image_chunk.last for event in events) == 16


def test_sigterm_finishes_what_was_accepted(make_model, tmp_path, api, draw):
    with running_server(make_model("tiny"), tmp_path) as server:
        watch = health_pb2_grpc.HealthStub(server.channel).Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        with concurrent.futures.ThreadPoolExecutor() as pool:
            drawing = pool.submit(draw, server, **SMALL | dict(num_inference_steps=100))
            server.until(lambda: server.metric('kolors_requests{state="running"}') == 1)
            server.process.send_signal(signal.SIGTERM)
            assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
            assert drawing.result().images
        assert list(watch) == []  # the stream ends by itself
        assert server.process.wait(20) == 0


def test_a_drain_has_a_bound(make_model, tmp_path, api):
    with running_server(make_model("tiny"), tmp_path, "--drain-timeout-seconds", "0.2") as server:
        call = api.image_grpc.ImageServiceStub(server.channel).GenerateImages(
            api.image.GenerateImagesRequest(**LONG | dict(width=512, height=512)))
        next(call)
        server.process.send_signal(signal.SIGTERM)
        with expect("UNAVAILABLE"):
            list(call)
        assert server.process.wait(20) == 0


def kolorsd(*arguments):
    return subprocess.run([BIN / "kolorsd", *arguments], capture_output=True, text=True, timeout=60)


def test_a_port_in_use(server, make_model):
    result = kolorsd("--model", make_model("tiny"), "--listen", server.address)
    assert result.returncode == 1 and "the address is taken" in result.stderr


@pytest.mark.parametrize("damage, message", [
    (lambda folder: (folder / "unet" / "config.json").unlink(), "missing"),
    (lambda folder: (folder / "vae" / "config.json").write_text("{"), "vae/config.json"),
    (lambda folder: (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink(), "no weights"),
    (lambda folder: (folder / "text_encoder" / "model.safetensors").write_bytes(b"nonsense"), "model.safetensors"),
])
def test_a_broken_model_folder(damage, message, tmp_path):
    import stand_in
    stand_in.make_model(tmp_path / "m", "tiny")
    damage(tmp_path / "m")
    result = kolorsd("--model", tmp_path / "m", "--listen", f"127.0.0.1:{free_port()}", "--metrics-listen", "")
    assert result.returncode == 1
    assert message in result.stderr and "Traceback" not in result.stderr
    verified = subprocess.run([BIN / "kolorsctl", "model", "verify", tmp_path / "m"], capture_output=True, text=True)
    assert verified.returncode != 0 and message in verified.stderr


def test_no_such_model_and_unknown_options(tmp_path):
    result = kolorsd("--model", tmp_path / "nowhere", "--listen", f"127.0.0.1:{free_port()}", "--metrics-listen", "")
    assert result.returncode == 1 and "no model folder" in result.stderr
    result = kolorsd("--modle", "x")
    assert result.returncode == 2 and "did you mean '--model'" in result.stderr


def kolorsctl(server, *arguments, **options):
    return subprocess.run([BIN / "kolorsctl", "--server", server.address, *arguments], capture_output=True, text=True,
                          timeout=120, **options)


@pytest.mark.parametrize("extension", ["png", "jpg", "webp"])
def test_an_image_file_repeats_itself(extension, server, tmp_path):
    first, again = tmp_path / f"first.{extension}", tmp_path / f"again.{extension}"
    options = ["--steps", "3", "--size", "72x104", "--sampler", "dpmpp_2m", "--negative", "模糊", "--guidance", "3"]
    result = kolorsctl(server, "generate", "一只小猫", *options, "--output", first)
    assert result.returncode == 0, result.stderr
    result = kolorsctl(server, "generate", "--from", first, "--output", again)
    assert result.returncode == 0, result.stderr
    assert first.read_bytes() == again.read_bytes()


def test_kolorsctl_explains_itself(server):
    assert kolorsctl(server, "health").returncode == 0
    assert "models/tiny" in kolorsctl(server, "info").stdout
    wrong = kolorsctl(server, "generate", "x", "--width", "7")
    assert wrong.returncode != 0 and "width" in wrong.stderr


def test_interrupting_kolorsctl_cancels_on_the_server(server, tmp_path):
    process = subprocess.Popen([BIN / "kolorsctl", "--server", server.address, "generate", "x", "--steps", "1000",
                                "--output", tmp_path / "x.png"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    server.until(lambda: server.metric('kolors_requests{state="running"}') == 1)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) != 0
    server.until(lambda: server.metric('kolors_requests{state="running"}') == 0, 10)
