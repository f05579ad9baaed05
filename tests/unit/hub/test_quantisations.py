"""Names of quantisations as they stand in file names, and what is said of them."""

import pytest

from oa_desktop.gguf.tensor_types import FILE_TYPES
from oa_desktop.hub.quantisations import (
    Size,
    expected_bytes,
    is_recommendable,
    preference,
    quality_sentence,
    quantisation_of,
    size_word,
)


@pytest.mark.parametrize(
    ("name", "quantisation"),
    [
        ("tinyllama-1.1b-chat-v0.3.Q4_K_M.gguf", "Q4_K_M"),
        ("llama-3.2-1b-instruct-q4_k_m.gguf", "Q4_K_M"),
        ("gemma-4-E2B_q4_0-it.gguf", "Q4_0"),
        ("model-UD-Q4_K_XL.gguf", "Q4_K_XL"),
        ("UD-IQ2_XXS/model-00001-of-00003.gguf", "IQ2_XXS"),
        ("model-Q6_K-00001-of-00002.gguf", "Q6_K"),
        ("model.Q4_K_M_imat.gguf", "Q4_K_M"),
        ("from-BF16-to-Q8_0.gguf", "Q8_0"),
        ("model.fp16.gguf", "F16"),
        ("mmproj-model-f16.gguf", "F16"),
        ("model-MXFP4_MOE.gguf", "MXFP4"),
        ("IQ4_XS.gguf", "IQ4_XS"),
        ("Qwen3-1.7B.gguf", ""),
        ("seq8_0x.gguf", ""),
        ("q8_0x.gguf", ""),
        ("", ""),
        ("Q9_9_9_9.gguf", ""),
    ],
)
def test_a_quantisation_is_read_from_a_file_name(name: str, quantisation: str) -> None:
    assert quantisation_of(name) == quantisation


def test_sizes_are_told_in_three_words_and_a_sentence() -> None:
    assert [size_word(name) for name in ("Q3_K_M", "Q4_K_M", "Q8_0", "Q99")] == [*Size, None]
    assert len({quality_sentence(name) for name in ("Q2_K", "Q3_K_M", "Q4_K_M", "Q8_0")}) == 4
    assert quality_sentence("Q99") == ""


def test_everything_llama_cpp_writes_is_known() -> None:
    unknown = {name for name in FILE_TYPES.values() if size_word(name) is None}
    assert not {
        name for name in unknown if name.startswith(("Q3", "Q4_K", "Q5", "Q6", "Q8", "F", "BF", "IQ"))
    }


def test_the_balanced_one_comes_first_and_nothing_coarser_than_q3_k_m_is_offered() -> None:
    names = ["Q2_K", "Q8_0", "Q5_K_M", "Q3_K_M", "Q4_K_M", "Q99"]
    assert sorted(names, key=preference)[:4] == ["Q4_K_M", "Q5_K_M", "Q8_0", "Q3_K_M"]
    assert [name for name in names if not is_recommendable(name)] == ["Q2_K", "Q99"]
    assert not is_recommendable("Q3_K_S")


@pytest.mark.parametrize(
    ("parameters", "quantisation", "seen_bytes"),
    [(1.1, "Q4_K_M", 668_788_096), (13.0, "Q5_K_M", 9_230_000_000), (6.74, "Q2_K", 2_830_000_000)],
)
def test_a_size_nobody_noted_is_expected_within_five_percent(
    parameters: float, quantisation: str, seen_bytes: int
) -> None:
    assert expected_bytes(parameters, quantisation) == pytest.approx(seen_bytes, rel=0.05)
    assert expected_bytes(parameters, "Q99") is None
