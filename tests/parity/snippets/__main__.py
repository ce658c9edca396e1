from tests.parity.snippets import record

record()
