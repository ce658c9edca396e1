"""Checks, hints and progress: what a lesson's exercises are made of.

In a notebook
-------------

    from workbook.exercises import check, hint, solution, predict, reveal, progress

    answer = ...                    # the student's answer; `...` means not attempted
    check("05.2", answer)           # passed, not attempted yet, or what is wrong

    predict("05.p1", ...)           # the student writes what the next cell will show, in place of `...`
    reveal("05.p1", x.grad)         # the prediction beside what happened. Calculate it: students see this line

`hint("05.2")` gives the next hint and `solution("05.2")` the solution; the student types them in a cell of their own. What they show
depends on the student's progress, so they do not stand in a committed notebook. What `check`, `predict` and `reveal` show does not.

Importing this room switches on `workbook.advice`: warnings of mistakes that raise no error.

Exercises of lesson 05 are `EXERCISES`, a tuple of `Exercise`, in `workbook/exercises/lesson_05.py`. Judges come from
`workbook.exercises.judges`: `number`, `tensor`, `text`, `order`, `function`; or any function (answer, names) that returns None
for a right answer and else the message.

Conventions of the notebooks (`workbook release` writes by them, tests/lessons holds them)
------------------------------------------------------------------------------------------

Committed notebooks are the source: executed, with their outputs, exercises empty. A cell says what it is by its tags, and more in
its metadata under the key `workbook`:

    tag                    metadata["workbook"]            meaning
    exercise               {"exercise": "05.2"}            first statement `answer = ...`, last `check("05.2", answer)`
    prompt                 {"exercise": "05.2"}            markdown, written by `workbook release` from the exercise: title, kind,
                                                           level, minutes, text. Or write such a cell by hand, without the tag.
    solution               {"exercises": ["05.1", ...]}    markdown, written by `workbook release`: the solutions, closed. Removed
                                                           from hand-outs
    predict                                                calls predict() or reveal()
    widget                                                 a live view
    engine                                                 shows the engine's source
    raises-exception                                       an error made on purpose; nbval and release let it pass
    nbval-ignore-output    {"why": "..."}                  output that cannot be the same twice, and the reason
    workbook-only          {"why": "..."}                  a cell that real PyTorch cannot run, and the reason

    any cell               {"rows": ["000-043", ...]}      the rows of tests/lessons/rows.json that its claims answer

Cells tagged exercise, predict, widget, engine or workbook-only are left out where a lesson is compared with real PyTorch; all others
must print the same there, with `import workbook as torch` read as `import torch` and imports from `workbook.exercises` and
`workbook.widgets` left out.
"""

from workbook import advice
from workbook.exercises.checking import check
from workbook.exercises.exercise import Exercise
from workbook.exercises.helping import hint, predict, progress, reveal, solution

advice.on()  # whoever imports this room is in a lesson

__all__ = ["Exercise", "check", "hint", "predict", "progress", "reveal", "solution"]
