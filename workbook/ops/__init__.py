"""Every operation: its value and its derivative, side by side.

Where to look first: `arithmetic` (Add, Mul, Div), `pointwise` (exp, relu, ...), `reduction` (sum, mean), `shape` and `axes` (views),
`linalg` (matmul), `convolution`, `losses`. `methods` is the table that says under which names a student finds each of them.
"""
