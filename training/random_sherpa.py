"""Make recognisers of random weights in the forms that sherpa-onnx loads: SenseVoice, Paraformer, and a streaming
zipformer transducer, without any download.

In: a seed and a folder. Out: a folder with the networks, their metadata, tokens.txt and its own card, which the
library really loads and decodes. Every frame says one token by a random projection, so the text is nonsense: it proves
structure, times and languages, never accuracy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from training.random_cards import write_random_card
from training.random_networks import floats, graph_of, ints, longs, save_network

BINS = 80  # mel bins of a frame
LFR_WINDOW, LFR_SHIFT = 7, 6
"""Low frame rate: seven frames of 10 ms side by side, every six of them; both families by FunASR are trained so."""
WIDE = BINS * LFR_WINDOW
LANGUAGES = ("auto", "zh", "en", "yue", "ja", "ko", "nospeech")
SENSE_PIECES = ("<unk>", "<s>", "</s>", "▁hello", "▁fridge", "▁leak", "ing", "▁two", "空", "调", "不", "冷", "水", "号")
SENSE_TAGS = (*(f"<|{name}|>" for name in LANGUAGES[1:]), "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>", "<|withitn|>")
PARAFORMER_PIECES = ("<blank>", "<s>", "</s>", "空", "调", "不", "冷", "水", "leak@@", "ing", "two", "<unk>")
ZIPFORMER_PIECES = ("<blk>", "<sos/eos>", "<unk>", "▁HE", "LLO", "▁TWO", "空", "调", "不", "冷")
NEVER = -1e4  # a logit that no random one falls below
CHUNK, CHUNK_SHIFT = 45, 32  # frames that a streaming zipformer sees at once, and goes on by
WIDTH, LEFT, KERNEL, KEYS, VALUES, HEADS = 32, 64, 31, 4, 12, 2
CONTEXT = 2  # tokens that a transducer's decoder looks back on


def make_random_sense_voice(folder: Path, *, seed: int) -> Path:
    """Write a SenseVoice into `folder` and return it; asked for no language it says that it heard Chinese."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = (*SENSE_PIECES, *SENSE_TAGS)
    heads = np.full((len(LANGUAGES), 4, len(pieces)), NEVER, np.float32)  # (language, tag, token)
    for number, name in enumerate(LANGUAGES):
        spoken = "zh" if name == "auto" else name
        for place, tag in enumerate((f"<|{spoken}|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>")):
            heads[number, place, pieces.index(tag)] = 0.0
    nodes = [
        helper.make_node("MatMul", ["x", "weights"], ["frames"]),
        helper.make_node("Add", ["frames", "bias"], ["spoken"]),
        helper.make_node("Gather", ["heads", "language"], ["tags"], axis=0),
        helper.make_node("Concat", ["tags", "spoken"], ["logits"], axis=1),
    ]
    inputs = [floats("x", ["N", "T", WIDE]), *(ints(name, ["N"]) for name in ("x_length", "language", "text_norm"))]
    constants = {"weights": _weights(seed, len(pieces)), "bias": _bias(pieces, "<s>", "</s>", *SENSE_TAGS)}
    graph = graph_of(nodes, inputs, [floats("logits", ["N", "L", len(pieces)])], {**constants, "heads": heads})
    metadata = {**_lfr(len(pieces)), "model_type": "sense_voice_ctc", "normalize_samples": 0, "comment": "random"}
    metadata |= {f"lang_{name}": number for number, name in enumerate(LANGUAGES)} | {"with_itn": 14, "without_itn": 15}
    save_network(graph, folder / "model.int8.onnx", metadata)
    return _finish(folder, pieces, languages="zh, en", seed=seed)


def make_random_paraformer(folder: Path, *, seed: int) -> Path:
    """Write a Paraformer into `folder` and return it; a token every 60 ms, with the peaks its times are read from."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [
        helper.make_node("MatMul", ["speech", "weights"], ["frames"]),
        helper.make_node("Add", ["frames", "bias"], ["logits"]),
        helper.make_node("Identity", ["speech_lengths"], ["token_num"]),
        helper.make_node("Shape", ["speech"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["length"]),
        helper.make_node("Mul", ["length", "three"], ["tripled"]),
        helper.make_node("Add", ["tripled", "one"], ["end"]),
        helper.make_node("Range", ["zero", "end", "one"], ["places"]),
        helper.make_node("Mod", ["places", "three"], ["rest"]),
        helper.make_node("Equal", ["rest", "zero"], ["is_peak"]),
        helper.make_node("Cast", ["is_peak"], ["flat"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["flat", "first"], ["us_cif_peak"]),
        helper.make_node("Identity", ["us_cif_peak"], ["us_alphas"]),
    ]
    whole = {name: np.array(value, np.int64) for name, value in (("zero", 0), ("one", 1), ("three", 3), ("first", [0]))}
    constants = {"weights": _weights(seed, len(PARAFORMER_PIECES)), **whole}
    constants["bias"] = _bias(PARAFORMER_PIECES, "<blank>", "<s>", "</s>", "<unk>")
    inputs = [floats("speech", ["N", "T", WIDE]), ints("speech_lengths", ["N"])]
    outputs = [floats("logits", ["N", "L", len(PARAFORMER_PIECES)]), ints("token_num", ["N"])]
    outputs += [floats(name, ["N", "P"]) for name in ("us_alphas", "us_cif_peak")]
    graph = graph_of(nodes, inputs, outputs, constants)
    save_network(graph, folder / "model.int8.onnx", {**_lfr(len(PARAFORMER_PIECES)), "model_type": "paraformer"})
    return _finish(folder, PARAFORMER_PIECES, languages="zh", seed=seed)


def make_random_zipformer(
    folder: Path, *, seed: int, pieces: Sequence[str] = ZIPFORMER_PIECES, languages: str = "zh, en"
) -> Path:
    """Write a streaming zipformer transducer into `folder` and return it; its first two pieces are never written."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    save_network(_zipformer_encoder(rng), folder / "encoder.int8.onnx", _zipformer_metadata())
    size = len(pieces)
    embedding = rng.standard_normal((size, WIDTH)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["embedding", "y"], ["rows"]),
        helper.make_node("ReduceMean", ["rows"], ["decoder_out"], axes=[1], keepdims=0),
    ]
    asked, told = [longs("y", ["N", CONTEXT])], [floats("decoder_out", ["N", WIDTH])]
    decoder = graph_of(nodes, asked, told, {"embedding": embedding})
    save_network(decoder, folder / "decoder.onnx", {"vocab_size": size, "context_size": CONTEXT})
    nodes = [
        helper.make_node("Add", ["encoder_out", "decoder_out"], ["sum"]),
        helper.make_node("Tanh", ["sum"], ["bent"]),
        helper.make_node("MatMul", ["bent", "weights"], ["raw"]),
        helper.make_node("Add", ["raw", "bias"], ["logit"]),
    ]
    constants = {"weights": rng.standard_normal((WIDTH, size)).astype(np.float32)}
    constants["bias"] = _bias(pieces, "<sos/eos>", "<unk>")
    asked = [floats("encoder_out", ["N", WIDTH]), floats("decoder_out", ["N", WIDTH])]
    joiner = graph_of(nodes, asked, [floats("logit", ["N", size])], constants)
    save_network(joiner, folder / "joiner.int8.onnx", {"joiner_dim": WIDTH})
    return _finish(folder, pieces, languages=languages, seed=seed)


MAKERS: Mapping[str, Callable[..., Path]] = {
    "sense-voice": make_random_sense_voice,
    "paraformer": make_random_paraformer,
    "zipformer": make_random_zipformer,
}


def _zipformer_encoder(rng: np.random.Generator) -> onnx.GraphProto:
    """Return an encoder of one layer whose caches come out as they went in; one frame out for four in."""
    states: dict[str, list[str | int]] = {
        "cached_key_0": [LEFT, "N", KEYS * HEADS],
        "cached_nonlin_attn_0": [1, "N", LEFT, 3 * WIDTH // 4],
        "cached_val1_0": [LEFT, "N", VALUES * HEADS],
        "cached_val2_0": [LEFT, "N", VALUES * HEADS],
        "cached_conv1_0": ["N", WIDTH, KERNEL // 2],
        "cached_conv2_0": ["N", WIDTH, KERNEL // 2],
        "embed_states": ["N", 128, 3, 19],
    }
    nodes = [
        helper.make_node("Slice", ["x", "from", "to", "axis", "step"], ["some"]),
        helper.make_node("MatMul", ["some", "weights"], ["encoder_out"]),
        *(helper.make_node("Identity", [name], [f"new_{name}"]) for name in (*states, "processed_lens")),
    ]
    constants = {"weights": (0.3 * rng.standard_normal((BINS, WIDTH))).astype(np.float32)}
    bounds = (("from", 0), ("to", CHUNK_SHIFT), ("axis", 1), ("step", 4))
    constants |= {name: np.array([value], np.int64) for name, value in bounds}
    inputs = [floats("x", ["N", CHUNK, BINS]), *(floats(name, shape) for name, shape in states.items())]
    outputs = [floats("encoder_out", ["N", CHUNK_SHIFT // 4, WIDTH])]
    outputs += [floats(f"new_{name}", shape) for name, shape in states.items()]
    ends = longs("processed_lens", ["N"]), longs("new_processed_lens", ["N"])
    return graph_of(nodes, [*inputs, ends[0]], [*outputs, ends[1]], constants)


def _zipformer_metadata() -> dict[str, object]:
    return {
        "model_type": "zipformer2",
        "T": CHUNK,
        "decode_chunk_len": CHUNK_SHIFT,
        "encoder_dims": WIDTH,
        "query_head_dims": KEYS,
        "value_head_dims": VALUES,
        "num_heads": HEADS,
        "num_encoder_layers": 1,
        "cnn_module_kernels": KERNEL,
        "left_context_len": LEFT,
    }


def _lfr(vocabulary: int) -> dict[str, object]:
    numbers = {"vocab_size": vocabulary, "lfr_window_size": LFR_WINDOW, "lfr_window_shift": LFR_SHIFT}
    return {**numbers, "neg_mean": ",".join(["-8"] * WIDE), "inv_stddev": ",".join(["0.2"] * WIDE)}


def _weights(seed: int, vocabulary: int) -> np.ndarray:
    """Return columns that sum to nothing: what all bins share, loudness, does not decide which token is said."""
    drawn = np.random.default_rng(seed).standard_normal((WIDE, vocabulary))
    return np.asarray(drawn - drawn.mean(axis=0), dtype=np.float32)


def _bias(pieces: Sequence[str], *never: str) -> np.ndarray:
    return np.array([NEVER if piece in never else 0.0 for piece in pieces], np.float32)


def _finish(folder: Path, pieces: Sequence[str], *, languages: str, seed: int) -> Path:
    """Write what stands beside the networks: the tokens and the card."""
    lines = (f"{piece} {number}\n" for number, piece in enumerate(pieces))
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    title = "A recogniser of random weights, in a form that sherpa-onnx loads"
    return write_random_card(folder, title=title, languages=languages, seed=seed)


if __name__ == "__main__":
    MAKERS[sys.argv[1]](Path(sys.argv[2]), seed=0)
