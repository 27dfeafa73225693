"""Samples of perf and py-spy, sorted into kinds of work."""

from __future__ import annotations

import pytest

from bench.profile import kind_of, own_time, read_stacks, sorted_out

PERF = """
    ffffffff81ffc2fb ip_output ([kernel.kallsyms])
    ffffffff81e32014 __sys_sendmmsg ([kernel.kallsyms])
              10b0c3 __sendmmsg (/usr/lib/x86_64-linux-gnu/libc.so.6)
        7f29ef0eb0c0 [unknown] ([unknown])

    ffffffff81e49b22 skb_segment ([kernel.kallsyms])
    ffffffff81e32014 __sys_sendmmsg ([kernel.kallsyms])

              181ff2 vaes_gcm_cipherfinal (/x/site-packages/pylibsrtp/_binding.abi3.so)

              165223 method_vectorcall_O (/root/lib/libpython3.11.so.1.0)

              1652 fill (/work/rtc/shell/_kernel.so)

    ffffffff81fffc2f finish_task_switch.isra.0 ([kernel.kallsyms])
    ffffffff81e32014 __x64_sys_epoll_wait ([kernel.kallsyms])
""".strip("\n")


def test_stacks_are_read_innermost_first() -> None:
    stacks = list(read_stacks(PERF.splitlines()))
    assert len(stacks) == 6
    assert stacks[0][0] == "ip_output [kernel.kallsyms]"
    assert stacks[0][-1] == "[unknown] [unknown]"


def test_each_stack_has_its_kind() -> None:
    kinds = [kind_of(stack) for stack in read_stacks(PERF.splitlines())]
    assert kinds == [
        "kernel: sending media",
        "kernel: cutting up segments",
        "SRTP",
        "Python",
        "compiled kernel",
        "kernel: waking, waiting, timers",
    ]
    assert kind_of(["memcpy /usr/lib/libc.so.6"]) == "other"
    assert kind_of(["__memmove_avx512_unaligned_erms /usr/lib/libc.so.6"]) == "copying memory"


def test_the_cost_is_shared_by_samples() -> None:
    kinds = sorted_out(list(read_stacks(PERF.splitlines())), cost=6.0)
    assert sum(one.us_per_out_packet for one in kinds) == pytest.approx(6.0)
    assert kinds[0].largest[0].us_per_out_packet == 1.0


def test_python_functions_have_their_own_time() -> None:
    names = own_time(["a (x.py);b (y.py) 30", "a (x.py) 10", "c;b (y.py) 10"], cost=5.0)
    assert [(one.name, one.us_per_out_packet) for one in names] == [("b (y.py)", 4.0), ("a (x.py)", 1.0)]
