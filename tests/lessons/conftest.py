from tests.exercises.fixtures import lesson_98  # noqa: F401
