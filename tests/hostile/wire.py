"""Forged replies: what comes over the wire when the submission's process writes the messages itself.

The process holds the sandbox's end of the pipes, so whoever has read `grading/sandbox/inside` finds the channel in the
frames above a cell or a function, and puts bytes of their own in the place of any reply.
"""

import re

from tests.hostile.attack import Attack, Check, Graded, Scene, breaks_the_rule, with_code

# In the notebook: `forge` replaces parts of all later replies to calls by bytes, `replace` whole replies, and `say`
# sends what is not asked for.
_FORGING = """
import os, struct, sys
def above(*names):
    frame = sys._getframe()
    while frame := frame.f_back:
        if all(name in frame.f_locals for name in names):
            return [frame.f_locals[name] for name in names]
channel, _ = above("channel", "number")
wire = type(channel).send.__globals__
real = wire["encode"]
for name, value in list(wire.items()):
    if name.startswith("MAX_") and isinstance(value, int):
        wire[name] = 10**9
if "LARGEST" in wire:
    wire["LARGEST"] = type("Size", (), {"bytes": 10**9, "values": 10**9})
count = lambda number: struct.pack("!I", number)
text = lambda data: b"s" + count(len(data)) + data
integer = lambda data: b"i" + struct.pack("!H", len(data)) + data
array = lambda *shape, data=b"", kind=b"d": b"a" + kind + struct.pack(f"!B{len(shape)}Q", len(shape), *shape) + data
listed = lambda *items: b"l" + count(len(items)) + b"".join(items)
tupled = lambda *items: b"t" + count(len(items)) + b"".join(items)
mapped = lambda pairs: b"d" + count(len(pairs)) + b"".join(key + item for key, item in pairs)
many = lambda number, item: b"l" + count(number) + item * number
one_hash = lambda number: mapped([(real(k * (2**61 - 1)), b"N") for k in range(number)])
def replace(other):
    wire["encode"] = lambda reply: real(reply) if (new := other(reply)) is None else new
def forge(**parts):
    def other(reply):
        if isinstance(reply, dict) and "args" in reply:
            return mapped([(real(key), parts.get(key) or real(item)) for key, item in reply.items()])
    replace(other)
def say(data):
    os.set_blocking(channel._writes, True)
    while data:
        data = data[os.write(channel._writes, data):]
def layers(item):
    return tupled(*[mapped([(real(key), item) for key in keys]) for keys in (
        ["W1", "b1", "W2", "b2"], ["dW1", "db1", "dW2", "db2"])])
def generator(name, state):
    return b"g" + real([name, {"bit_generator": name} | state])
"""

# What the reply to each call holds, where the values are forged.
_PARTS = {
    "numbers_of_one_hash_for_keys": "value=one_hash(130_000)",
    "numbers_of_one_hash_for_keys_of_its_arguments": "args=tupled(one_hash(130_000), b'N', b'N', b'N')",
    "numbers_of_one_hash_in_many_dictionaries": "value=many(300, one_hash(490))",
    "texts_for_keys": "value=mapped([(real(str(k)), b'N') for k in range(400_000)])",
    "one_key_many_times": "value=mapped([(b'f' + b'\\x7f\\xf8' + bytes(6), b'N')] * 100_000)",
    "rows_without_columns": "value=layers(array(8_000_000, 0))",
    "more_rows_than_there_is_memory": "value=layers(array(2**40, 0))",
    "a_long_dimension_in_its_arguments": "args=tupled(array(2**40, 0), array(0, 2**40), b'N', b'N')",
    "thirty_two_dimensions": "value=layers(array(*[2] * 31, 0))",
    "many_arrays": "value=many(900_000, array(0))",
    "many_arrays_in_its_arguments": "args=tupled(many(900_000, b'a?\\x00\\x01'), b'N', b'N', b'N')",
    "many_dictionaries": "value=many(900_000, mapped([]))",
    "deep_lists": "value=(b'l' + count(1)) * 3_000_000 + b'N'",
    "a_column_to_be_spread": "value=layers(array(10_000, 1, 1, data=bytes(80_000)))",
    "arguments_of_another_shape": "args=tupled(*[array(9_000, data=bytes(72_000))] * 4)",
    "booleans_that_are_neither": "value=layers(array(250, data=bytes(range(250)), kind=b'?'))",
    "a_long_integer": "value=layers(integer(b'\\x7f' * 65_535))",
    "a_long_text": "value=text(b'x' * 30_000_000)",
    "a_long_message_of_an_error": "error=real('ValueError'), text=text(b'\\x1b[2J<b>' * 3_000_000)",
    "a_long_name_of_an_error": "error=text(b'x' * 30_000_000)",
    "an_error_that_ends_the_grader": "error=real('GeneratorExit')",
    "an_interrupt_of_the_grader": "error=real('KeyboardInterrupt')",
    "a_name_that_is_an_array": "error=array(3, data=bytes(24)), text=array(2**20, 0)",
    "a_generator_without_a_key": (
        "value=generator('MT19937', {'state': {'key': __import__('numpy').zeros(0, 'u4'), 'pos': 1}})"
    ),
    "a_generator_that_reads_far_away": (
        "value=generator('MT19937', {'state': {'key': __import__('numpy').ones(624, 'u4'), 'pos': 2**31 - 1}})"
    ),
    "generators_for_its_arguments": "args=tupled(*[many(20_000, real(__import__('numpy').random.default_rng(1)))] * 4)",
}

# Whole replies, to a cell or to what the grader asks before it calls.
_REPLIES = {
    "answers_a_cell_with_keys_of_one_hash": (
        "replace(lambda reply: one_hash(130_000) if isinstance(reply, list) else None)"
    ),
    "answers_a_cell_with_rows_without_columns": (
        "replace(lambda reply: listed(mapped([(real('output_type'), array(8_000_000, 0))]))\n"
        "        if isinstance(reply, list) else None)"
    ),
    "answers_a_cell_with_many_arrays": (
        "replace(lambda reply: many(900_000, array(0)) if isinstance(reply, list) else None)"
    ),
    "answers_a_cell_with_many_texts": (
        "replace(lambda reply: many(990_000, text(b'x' * 25)) if isinstance(reply, list) else None)"
    ),
    "is_ready_in_an_odd_way": "replace(lambda reply: array(3, data=bytes(24)) if reply == 'ready' else None)",
    "is_a_value_with_keys_of_one_hash": (
        "replace(lambda reply: mapped([(real('is'), real('value')), (real('value'), one_hash(130_000))])\n"
        "        if isinstance(reply, dict) and 'is' in reply else None)"
    ),
    "is_an_array_of_another_kind": (
        "replace(lambda reply: mapped([(real('is'), array(2, data=bytes(16)))])\n"
        "        if isinstance(reply, dict) and 'is' in reply else None)"
    ),
}

# Messages beside the one that is due.
_MESSAGES = {
    "announces_more_than_it_may_send": "say(struct.pack('!QI', number, 2**32 - 1))",
    "says_half_a_message": "say(struct.pack('!QI', number, 10_000) + b'l')",
    "says_that_it_died_at_length": "say(struct.pack('!QI', 0, 30_000_000) + text(b'x' * 29_999_995))",
    "answers_in_advance": "say(b''.join(struct.pack('!QI', number + later, 1) + b'N' for later in range(200)))",
}


def _in_the_function(body: str) -> str:
    return f"\ndef @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):\n    {body}\n    return None"


_TELLS = """
import builtins
kinds = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)]
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    error = kinds[int(abs(parameters["W1"].flat[0]) * 1_000) % len(kinds)]
    raise error.__new__(error)"""
_TOLD_ONE = re.compile(r"raised (\w+) on \d+ of \d+ hidden cases")


def _tells_by_more_than_one_name(scene: Scene, graded: Graded) -> bool:
    return len(set(_TOLD_ONE.findall(graded.said))) > 1 or breaks_the_rule(scene, graded)


def _attack(name: str, code: str, succeeded: Check = breaks_the_rule) -> Attack:
    goal = "the grader takes too long or too much memory, or somebody is not graded"
    return Attack("wire", name, goal, with_code(code), succeeded, harmful=True)


_CODE = {
    **{f"forges_{name}": _FORGING + _in_the_function(f"forge({parts})") for name, parts in _PARTS.items()},
    **{name: f"{_FORGING}\n{code}" for name, code in _REPLIES.items()},
    **{name: _FORGING + _in_the_function(f"[number] = above('number'); {code}") for name, code in _MESSAGES.items()},
}

ATTACKS = [
    *(_attack(name, code) for name, code in _CODE.items()),
    _attack("tells_its_inputs_by_names_of_errors", _TELLS, _tells_by_more_than_one_name),
]
