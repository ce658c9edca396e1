"""The table of names says what is true."""

from tests.ops import names


def test_every_name_stands_with_its_state():
    """Red: `python -m tests.ops.names`, and look at what changed."""
    lines = names.TABLE.read_text(encoding="utf-8").splitlines()[1:]
    assert ["\t".join((name, *state)) for name, state in sorted(names.states().items())] == lines


def test_no_name_lacks_its_reason_or_its_tests():
    unsaid = [name for name, (state, _) in names.states().items() if state.endswith(": ?")]
    assert unsaid == []
