"""C identifiers: the user's names where C allows them, with a trailing underscore where it does not."""

from __future__ import annotations

import re

from eqneuro.language.names import C_WORDS

KEYWORDS = C_WORDS | frozenset(
    (
        "if else _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert "
        "_Thread_local asm typeof "
    ).split()
)
"""Words of C11 and GNU C."""

OWN_WORDS = frozenset(
    (
        "b now begin end size stop block last i j k any total group active tick step time dt count real lane "
        "instant kernel report BLOCK PI OK CULPRITS FIRST_GLOBAL real_unit report_not_finite GROUP TINY_IS_ZERO "
        "GET_FLOAT_MODE SET_FLOAT_MODE NOT_FINITE PAUSE STATUS CULPRIT NEURON VECTOR KERNELS REPORT_LENGTH "
        "INFINITY NAN philox unit random_source next_unit fill_uniform fill_normal key_low key_high reduce work "
        "past_time past_rows in_steps find_past find_past_rows past_on_line past_on_curve past_on_points "
        "past_on_line_at past_on_curve_at past_on_points_at PAST_LINE PAST_CURVE PAST_OPEN_CURVE "
        "fill_normal_at fill_noise draw_noise draw_count count_table known_counts decay decay_table decays_at "
        "near_decay is_filled DECAY_TABLES DECAYS_WANTED past_path past_on_path AHEAD DECAYS SMALL_MEAN GUIDES "
        "GAP_STEPS GAP_NEURONS GAPS_DRAWN GAPS_TAKEN OWN_VECTORS quick_exp quick_exprel quick_per_exprel WIDE_VECTORS "
        "MOST_SPIKES LENGTH_AT half_block half_of ALIGNED WIDE_WHERE_FREE "
        "DENSE_ROWS FEW_SUCCESSES few_successes sine_and_cosine "
        "goes_on next_step fill_count fill_words draw_words unit_of per_exprel APART BATCH FETCHED FETCH WORDS PRODUCT "
        "HIDDEN AHEAD_IN_ROW job barrier judge random_words decay_tables own_decays arriving found hits "
        "along back bit top sums look_at_all turn_around SEVERAL RATES_AT_ONCE FEW_SPIKES copy_few decay_anew "
        "report_first checked WHOLE_GROUPS NEURONS_AT_ONCE NEAR_SYNAPSES FEW_SYNAPSES "
        "WINDOW_ENDS CHUNK UNROLLED ROWS_AHEAD not_folded COUNTS_APART LINE_OF_REALS "
        "index stdin stdout stderr errno signgam I "
    ).split()
)
"""Identifiers that the templates use."""

MATHS = frozenset(
    (
        "exp log log2 log10 pow sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh expm1 "
        "log1p exp2 exp10 cbrt erf erfc hypot fabs abs floor ceil round trunc fmod fmin fmax isnan isfinite isinf "
        "y0 y1 yn j0 j1 jn gamma lgamma tgamma nan rint drem div labs clock "
    ).split()
)
"""Functions of <math.h> and their neighbours: shadowing them would break the expressions below."""

MACRO = re.compile(
    r"M_\w+|[A-Z0-9_]+_(?:MAX|MIN|WIDTH|C)|\w+_t|__\w*|_[A-Z]\w*|HUGE\w*|FP_\w+|(?i:atomic|pthread|sched)_\w+"
    r"|(?:CLOCK|TIME|TIMER)S?_\w+|is(?:less|greater|unordered|normal)\w*|memcpy|memset|memmove|memcmp"
)
"""Macros and types of the headers that the generated code includes, by the patterns that C reserves for them."""

MACROS = frozenset(
    "NULL linux unix i386 EOF MATH_ERRNO MATH_ERREXCEPT fpclassify signbit kill_dependency math_errhandling".split()
)
"""Those without a pattern."""


class Names:
    """Hands out distinct C identifiers within one function."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def allocate(self, wanted: str) -> str:
        """An identifier as close to ``wanted`` as C and those already given allow."""
        plain = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_") or "x"
        if plain[0].isdigit():
            plain = f"x{plain}"
        candidate = plain
        while candidate in self._taken or is_reserved(candidate):
            candidate += "_"
        self._taken.add(candidate)
        return candidate


def is_reserved(name: str) -> bool:
    """Whether a user's name would clash with C, with <math.h> or with the templates."""
    if name in KEYWORDS or name in OWN_WORDS:
        return True
    if name in MACROS or (MACRO.fullmatch(name) and not name.endswith("_")):  # as what `allocate` makes of them does
        return True
    return name in MATHS or (name.endswith("f") and name[:-1] in MATHS)
