"""Has Julia's own runtime write a streamed heap snapshot, of a program that keeps texts in
a constant of module Main:

    pip install ace-jax-coupling numpy   # has Julia's runtime, 1.13
    python3 snapshot.py heap             # heap.nodes, heap.edges, heap.strings, heap.metadata.json

It is what Profile.take_heap_snapshot("heap", streaming=true) calls.
"""

import ctypes
import glob
import os
import sys
from ctypes import c_char, c_char_p, c_int, c_size_t, c_void_p

import ace_jax_coupling
from ace_jax_coupling import _loader

_loader.lib()  # starts Julia
runtime = ctypes.CDLL(glob.glob(os.path.dirname(ace_jax_coupling.__file__) + "/_lib/lib/julia/*libjulia-internal*")[0])


def call(name, types, *args, result=c_void_p):
    f = runtime[name]
    f.restype, f.argtypes = result, types
    return f(*args)


def program():
    main = c_void_p.in_dll(runtime, "jl_main_module").value
    sessions = call("ijl_alloc_vec_any", [c_size_t], 0)
    call("ijl_set_const", [c_void_p] * 3, main, call("ijl_symbol", [c_char_p], b"sessions"), sessions)
    for i in range(100):
        text = call("ijl_cstr_to_string", [c_char_p], (b"session-%04d-" % i) + b"x" * 200)
        call("ijl_array_ptr_1d_push", [c_void_p] * 2, sessions, text)
    call("ijl_gc_collect", [c_int], 1)


def snapshot(prefix):
    streams = []
    for end in (".nodes", ".edges", ".strings", ".metadata.json"):
        stream = ctypes.create_string_buffer(4096)  # an ios_t, which is smaller
        if not call("ios_file", [c_void_p, c_char_p] + [c_int] * 4, ctypes.addressof(stream), (prefix + end).encode(), 0, 1, 1, 1):
            sys.exit("cannot write " + prefix + end)
        streams.append(stream)
    at = [ctypes.addressof(s) for s in streams]
    call("jl_gc_take_heap_snapshot", [c_void_p] * 4 + [c_char] * 2, *at, c_char(b"\0"), c_char(b"\0"), result=None)
    for a in at:
        call("ios_close", [c_void_p], a)


program()
snapshot(sys.argv[1])
