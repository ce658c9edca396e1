"""Records PyTorch's printed text in recorded.json, for machines without PyTorch: `python tests/printing/record_printing.py`.

A sample is an expression in PyTorch, and what `set_printoptions` was told. Kept of it: its numbers, what else shows, its text.
"""

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import torch

RECORDED = Path(__file__).with_name("recorded.json")
inf, nan = float("inf"), float("nan")


class Wave(torch.Tensor):
    """A subclass: its name begins the text."""


SAMPLES = """
torch.tensor(1)
torch.tensor(1.)
torch.tensor(1.5)
torch.tensor(-0.)
torch.tensor(1e-5)
torch.tensor(123456789.)
torch.tensor(12345678.)
torch.tensor(nan)
torch.tensor(inf)
torch.tensor(True)
torch.tensor([])
torch.tensor([],dtype=torch.long)
torch.zeros(0,3)
torch.zeros(2,0,dtype=torch.int64)
torch.tensor([1,2,3])
torch.tensor([1,-20,300])
torch.tensor([1.,2.,3.])
torch.tensor([1.,2.5,-3.])
torch.tensor([True,False])
torch.tensor([1.,nan,inf])
torch.tensor([1.5,nan,-inf])
torch.tensor([0.,0.])
torch.tensor([1e-5,1.])
torch.tensor([1e-3,1.])
torch.tensor([1e-3,1.001])
torch.tensor([1000.,1.])
torch.tensor([1001.,1.])
torch.tensor([1001.5,1.])
torch.tensor([1e8,1e8])
torch.tensor([1.1e8,1.2e8])
torch.tensor([0.,1e-4])
torch.tensor([0.,0.99e-4])
torch.tensor([1+2j,3-4j])
torch.tensor([1.5+2j])
torch.tensor(1+2j)
torch.tensor([1.,2.],dtype=torch.float64)
torch.tensor([1.,2.],dtype=torch.half)
torch.tensor([1,2],dtype=torch.int32)
torch.tensor([1,2],dtype=torch.uint8)
torch.ones(2,requires_grad=True)
torch.ones(2,requires_grad=True)*2
torch.ones(2,2,dtype=torch.float64,requires_grad=True)
torch.ones(1,1,2)
torch.arange(8).reshape(2,2,2)
torch.arange(30)
torch.arange(30.)
torch.arange(1001)
torch.zeros(1000)[:3]
torch.arange(1002.).reshape(2,501)
torch.zeros(40,40)
torch.zeros(3,40,40)
torch.arange(24.).reshape(2,3,4)/7
torch.ones(7,200)
torch.ones(20,requires_grad=True)/3
torch.ones(3,25,requires_grad=True).log_softmax(1)
torch.ones(2,3).data
torch.tensor(-1.5)
torch.tensor(-inf)
torch.tensor(0.)
torch.tensor(0.1)
torch.tensor(1e-4)
torch.tensor(1e-4,dtype=torch.float64)
torch.tensor(1e8)
torch.tensor(1e8+8)
torch.tensor(False)
torch.tensor(-128,dtype=torch.int8)
torch.tensor([2**62,-2**63])
torch.tensor(3.14159,dtype=torch.half)
torch.tensor([65504.,1e-7],dtype=torch.half)
torch.tensor([1e300,1e-300],dtype=torch.float64)
torch.tensor([5e-324],dtype=torch.float64)
torch.tensor([nan,nan])
torch.tensor([inf,-inf])
torch.tensor([nan,-0.,0.])
torch.tensor([[nan,1.],[2.,-inf]])
torch.tensor([-0.001,999.])
torch.tensor([-0.001,1001.])
torch.tensor([0.00009,0.00011])
torch.tensor([1.,2.,3.5],dtype=torch.float64,requires_grad=True)
torch.tensor([1.,2.],dtype=torch.half,requires_grad=True)
torch.tensor(2.,requires_grad=True)
torch.tensor(2.5,requires_grad=True)**2
torch.tensor([True]*40)
torch.tensor([[True,False],[False,False]])
torch.zeros(0)
torch.zeros(0,dtype=torch.float64)
torch.zeros(0,dtype=torch.complex64)
torch.zeros(0,dtype=torch.bool)
torch.zeros(2,0,3,requires_grad=True)
torch.zeros(0,0,dtype=torch.int32)
torch.zeros(1,0)*torch.ones(1,requires_grad=True)
torch.tensor([1.5-0j,-2+1e-3j])
torch.tensor([complex(nan,-1.5),complex(1e-9,-inf)])
torch.tensor([complex(0,nan),complex(inf,0)])
torch.tensor([1e-9+1j])
torch.tensor([[1+1j]*9]*2)
torch.tensor([1+2j],dtype=torch.complex128)
torch.full((40,),1+1j)
torch.full((40,),1.5-1j)
torch.full((40,),-1.5+10j)
torch.tensor([1+2j],requires_grad=True)
torch.arange(16.).reshape(2,2,2,2)
torch.arange(32).reshape(2,2,2,2,2)
torch.arange(6).reshape(1,1,6)
torch.arange(6).reshape(6,1)
torch.zeros(1000)
torch.zeros(1001)
torch.zeros(500,2)
torch.zeros(501,2)
torch.zeros(2,3,2,100)
torch.zeros(7,7,7,7)
torch.arange(1200).reshape(6,200)
torch.arange(1200).reshape(200,6)
torch.full((7,150),-1.5)
torch.cat([torch.zeros(500),torch.full((600,),1e9),torch.ones(3)])
torch.arange(2000.).reshape(2,1000)+0.5
torch.tensor([[1]*1001,[2]*1001],dtype=torch.int16)
torch.zeros(1001,dtype=torch.bool)
torch.full((1001,),1+1j)
torch.ones(11,requires_grad=True)*1.5
torch.ones(4,4,requires_grad=True).sum()
torch.ones(2,9,requires_grad=True).exp()
torch.ones(2,9,requires_grad=True).sigmoid()
torch.ones(2,8,requires_grad=True).sigmoid()
torch.ones(15).half()
torch.ones(16).half()
torch.ones(17).half()
torch.ones(18).half()
torch.ones(12).double()
torch.ones(13).double()
torch.ones(14).double()
torch.ones(15).double()
torch.ones(1,12).double()
torch.ones(2,13).double()
torch.ones(2,14).double()
torch.ones(10,requires_grad=True)*1
torch.ones(11,requires_grad=True)*1
torch.ones(12,requires_grad=True)*1
torch.ones(8).double().requires_grad_()*1
torch.ones(9).double().requires_grad_()*1
torch.ones(3,requires_grad=True).double().log_softmax(0)
torch.tensor([1.5]*60)
torch.tensor([1.5,-2.5]*30)
torch.ones(2,3).as_subclass(Wave)
torch.ones(30).as_subclass(Wave)
torch.ones(2,2,dtype=torch.float64).as_subclass(Wave)
torch.zeros(2,0).as_subclass(Wave)
""".strip().split("\n")

WITH_OPTIONS = [
    ({"precision": 2}, "torch.tensor([3.14159, 1.])"), ({"precision": 0}, "torch.tensor([1.5, 2.])"),
    ({"precision": 10}, "torch.tensor([0.1])"), ({"precision": 2}, "torch.tensor([1e-7, 1.])"),
    ({"sci_mode": True}, "torch.tensor([1., 2.])"), ({"sci_mode": True}, "torch.tensor([0., nan])"),
    ({"sci_mode": False}, "torch.tensor([1e-7, 1e9])"), ({"sci_mode": False}, "torch.tensor([1e12, 0.5])"),
    ({"linewidth": 40}, "torch.arange(30)"), ({"linewidth": 200}, "torch.arange(60)"),
    ({"linewidth": 1}, "torch.ones(3).double()"),
    ({"threshold": 5}, "torch.arange(6)"), ({"threshold": 5}, "torch.arange(7.)"), ({"threshold": 5}, "torch.arange(5)"),
    ({"threshold": 5, "edgeitems": 1}, "torch.arange(24).reshape(4, 6)"), ({"edgeitems": 5}, "torch.zeros(1001)"),
    ({"edgeitems": 5, "threshold": 50}, "torch.arange(121).reshape(11, 11)"), ({"threshold": inf}, "torch.zeros(1001)"),
    ({"edgeitems": 0}, "torch.arange(3)"), ({"edgeitems": 0, "threshold": 2}, "torch.zeros(2, 3)"),
    ({"edgeitems": 0, "threshold": 0}, "torch.tensor(0.77)"), ({"edgeitems": 0}, "torch.tensor([])"),
    ({"profile": "short"}, "torch.arange(1200).reshape(6, 200) / 7"), ({"profile": "short"}, "torch.tensor([3.14159])"),
    ({"profile": "full"}, "torch.ones(3, 335)"), ({"profile": "short", "precision": 5}, "torch.tensor([3.14159])"),
    ({"linewidth": 30}, "torch.tensor([[1 + 2j] * 5])"), ({"sci_mode": True}, "torch.tensor([1 + 0j, 2 + 3j])"),
    ({"default_dtype": "float64"}, "torch.ones(2, dtype=torch.float64)"),
    ({"default_dtype": "float64"}, "torch.ones(2).float()"),
    ({"default_dtype": "float64"}, "torch.ones(2, dtype=torch.complex128)"),
    ({"default_dtype": "float64"}, "torch.ones(2, dtype=torch.complex64)"), ({"default_dtype": "float64"}, "torch.zeros(0, 2)"),
    ({"default_dtype": "float16"}, "torch.ones(2, dtype=torch.float16)"),
    ({"default_dtype": "float16"}, "torch.ones(2, dtype=torch.complex64)"),
]


def text_of(tensor, default_dtype="float32", **options):
    torch.set_default_dtype(getattr(torch, default_dtype))
    torch.set_printoptions(**{"profile": "default", **options})
    try:
        return repr(tensor)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")


def record(code, options):
    tensor = eval(code, {"torch": torch, "inf": inf, "nan": nan, "Wave": Wave})
    array = np.ascontiguousarray(tensor.detach().as_subclass(torch.Tensor).numpy())
    return {"code": code, "options": options, "dtype": str(array.dtype), "shape": list(tensor.shape),
            "data": base64.b64encode(zlib.compress(array.tobytes(), 9)).decode(), "requires_grad": tensor.requires_grad,
            "grad_fn": tensor.grad_fn and tensor.grad_fn.name(),
            "prefix": "tensor(" if type(tensor) is torch.Tensor else "Wave(",
            "text": text_of(tensor, **options)}


def main():
    records = [record(code, {}) for code in SAMPLES] + [record(code, options) for options, code in WITH_OPTIONS]
    lines = ",\n".join(json.dumps(entry) for entry in records)
    RECORDED.write_text(f'{{"torch": "{torch.__version__}", "records": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
