"""Names that PyTorch does not have but tutorials print, and names of PyTorch that this engine leaves out: what to write instead.

PyTorch itself only says that a name is missing. A name is looked up exactly; nothing is guessed.
"""

from workbook.errors import explain

# Names of `torch`: the right name, where there is one, ...
MISSPELT = {"sigmod": "sigmoid", "non_zero": "nonzero", "tenser": "tensor", "badbmm": "baddbmm", "ones_likes": "ones_like", "zero_like": "zeros_like",
            "random_seed": "manual_seed", "set_seed": "manual_seed", "tansor": "tensor", "concatinate": "concatenate"}

# Names of modules that documents and tutorials misspell.
MISSPELT_OF_MODULE = {
    "utils.data": {"Dataloader": "DataLoader", "dataLoader": "DataLoader", "DataSet": "Dataset", "TensorDataSet": "TensorDataset",
                   "IterDataset": "IterableDataset", "randomsplit": "random_split"},
    "optim": {"RMSProp": "RMSprop", "RMSPro": "RMSprop", "AdaGrad": "Adagrad", "AdaDelta": "Adadelta", "AdaMax": "Adamax",
              "ADAM": "Adam"},
    "nn": {"Relu": "ReLU", "RELU": "ReLU", "LeakyRelu": "LeakyReLU", "LeakyRELU": "LeakyReLU", "Elu": "ELU", "Gelu": "GELU", "Selu": "SELU", "Silu": "SiLU",
           "Conv1D": "Conv1d", "Conv2D": "Conv2d", "Conv3D": "Conv3d", "MaxPool2D": "MaxPool2d", "AvgPool2D": "AvgPool2d", "BatchNorm1D": "BatchNorm1d",
           "BatchNorm2D": "BatchNorm2d", "Dropout2D": "Dropout2d", "DropOut": "Dropout", "CrossEntropy": "CrossEntropyLoss", "CrossentropyLoss": "CrossEntropyLoss",
           "CrossEntrophyLoss": "CrossEntropyLoss", "MSE": "MSELoss", "MseLoss": "MSELoss", "NLLloss": "NLLLoss", "BCELosswithLogits": "BCEWithLogitsLoss",
           "BCELossWithLogits": "BCEWithLogitsLoss", "ModulList": "ModuleList", "Modulelist": "ModuleList", "Sequntial": "Sequential", "Embeddings": "Embedding",
           "Lstm": "LSTM", "Gru": "GRU", "MultiHeadAttention": "MultiheadAttention", "Dense": "Linear", "Softplus2d": "Softplus"},
}

# ... or what to write.
INSTEAD = {
    "view": "it is a method only: x.view(shape), or torch.reshape(x, shape)",
    "expand": "it is a method only: x.expand(shape), or torch.broadcast_to(x, shape)",
    "repeat": "it is a method only: x.repeat(2, 3), or torch.tile(x, (2, 3))",
    "resize": "PyTorch has no such function: torch.reshape(x, shape)",
    "uniform": "PyTorch has no such function: torch.rand(shape), or x.uniform_(low, high)",
    "to": "it is a method only: x.to(dtype) or x.to(device)",
    "backward": "it is a method only: loss.backward()",
    "item": "it is a method only: x.item()",
    "numpy": "it is a method only: x.numpy()",
    "shape": "it belongs to a tensor: x.shape",
    "array": "NumPy's name; here it is torch.tensor(data)",
    "astype": "NumPy's name; here it is x.to(dtype)",
    "Variable": "since PyTorch 0.4 every tensor records: torch.tensor(data, requires_grad=True)",
}

# Whole families of PyTorch's names that this engine leaves out, by what it says of each of them.
_DENSE = "the engine keeps every number of a tensor: use a dense one, such as torch.zeros(size) and an index"
_BAGS = "this inner function has four results: write torch.nn.functional.embedding_bag(input, weight, offsets)"
FAMILIES = {
    _DENSE: "sparse sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc sparse_coo_tensor sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor "
            "sparse_bsc_tensor sparse_compressed_tensor spmm smm dsmm hsmm hspmm saddmm sspaddmm resize_as_sparse_ masked",
    "numbers of fewer bits are not part of this engine: x.half() halves the memory":
        "quantization ao qint8 qint32 quint8 quint4x2 quint2x4 quantize_per_tensor quantize_per_tensor_dynamic quantize_per_channel dequantize int_repr "
        "empty_quantized q_scale q_zero_point q_per_channel_axis q_per_channel_scales q_per_channel_zero_points qscheme per_tensor_affine "
        "per_tensor_symmetric per_channel_affine per_channel_symmetric per_channel_affine_float_qparams quantized_batch_norm quantized_gru "
        "quantized_gru_cell quantized_lstm quantized_lstm_cell quantized_max_pool1d quantized_max_pool2d quantized_max_pool3d "
        "quantized_rnn_relu_cell quantized_rnn_tanh_cell choose_qparams_optimized fake_quantize_per_channel_affine "
        "fake_quantize_per_tensor_affine fused_moving_avg_obs_fake_quant fbgemm_linear_fp16_weight fbgemm_linear_fp16_weight_fp32_activation "
        "fbgemm_linear_int8_weight fbgemm_linear_int8_weight_fp32_activation fbgemm_linear_quantize_weight fbgemm_pack_gemm_matrix_fp16 "
        "fbgemm_pack_quantized_matrix",
    "NumPy computes with no such numbers: use torch.float16 or torch.float32, torch.complex64, torch.uint8 or torch.int64":
        "bit bits8 bits16 bits1x8 bits2x4 bits4x2 chalf complex32 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu "
        "float4_e2m1fn_x2 int1 int2 int3 int4 int5 int6 int7 uint1 uint2 uint3 uint4 uint5 uint6 uint7 BFloat16Tensor",
    "PyTorch itself adds no two such numbers, so the engine leaves them out: use torch.int32 for uint16, torch.int64 for uint32 and uint64":
        "uint16 uint32 uint64",
    "the engine runs Python as it stands and compiles nothing: call the function or the module itself":
        "compile compiler jit export fx library package classes cond while_loop fork wait futures cpp import_ir_module "
        "import_ir_module_from_buffer parse_ir parse_schema parse_type_comment merge_type_from_type_comment unify_type_list AliasDb AnyType Argument "
        "ArgumentSpec AwaitType BenchmarkConfig BenchmarkExecutionStats Block BoolType BufferDict CallStack Capsule ClassType Code "
        "CompilationUnit CompleteArgumentSpec ComplexType ConcreteModuleType ConcreteModuleTypeBuilder DeepCopyMemoTable "
        "DeserializationStorageContext DeviceObjType DictType DispatchKey DispatchKeySet EnumType ErrorReport ExcludeDispatchKeyGuard "
        "ExecutionPlan FileCheck FloatType FunctionSchema Future FutureType Gradient Graph GraphExecutorState IODescriptor InferredType "
        "IntType InterfaceType JITException ListType LiteScriptModule LockingLogger LoggerBase ModuleDict Node NoneType NoopLogger NumberType "
        "OperatorInfo OptionalType ParameterDict PyObjectType PyTorchFileReader PyTorchFileWriter RRefType ScriptClass ScriptClassFunction "
        "ScriptDict ScriptDictIterator ScriptDictKeyIterator ScriptFunction ScriptList ScriptListIterator ScriptMethod ScriptModule "
        "ScriptModuleSerializer ScriptObject ScriptObjectProperty SerializationStorageContext StaticModule StreamObjType StringType SymBool "
        "SymBoolType SymFloat SymInt SymIntType Tag TensorType ThroughputBenchmark TracingState TupleType Type UnionType Use Value "
        "AggregationType AVG SUM sym_constrain_range sym_constrain_range_for_size sym_float sym_fresh_size sym_int sym_ite sym_max sym_min "
        "sym_not sym_sqrt sym_sum slice_inverse",
    "processes are started by `workbook run --ranks 2 train.py` (torch.distributed), and by DataLoader to load data":
        "multiprocessing prepare_multiprocessing_environment",
    "machines of other makers are not part of this engine: it knows 'cpu' and 'cuda'":
        "mps mtia xpu cpu Stream Event get_device_module is_vulkan_available AcceleratorError",
    "a library that PyTorch calls: the engine calls NumPy's, or CuPy's, from the functions of torch themselves":
        "has_lapack has_mkl has_openmp has_spectral compiled_with_cxx11_abi cudnn_affine_grid_generator cudnn_batch_norm cudnn_convolution "
        "cudnn_convolution_add_relu cudnn_convolution_relu cudnn_convolution_transpose cudnn_grid_sampler cudnn_is_acceptable miopen_batch_norm "
        "miopen_convolution miopen_convolution_add_relu miopen_convolution_relu miopen_convolution_transpose miopen_ctc_loss "
        "miopen_depthwise_convolution miopen_rnn mkldnn_adaptive_avg_pool2d mkldnn_convolution mkldnn_linear_backward_weights "
        "mkldnn_max_pool2d mkldnn_max_pool3d mkldnn_rnn_layer native_batch_norm native_dropout native_group_norm "
        "native_layer_norm native_norm batch_norm_backward_elemt batch_norm_backward_reduce batch_norm_elemt batch_norm_gather_stats "
        "batch_norm_gather_stats_with_counts batch_norm_stats batch_norm_update_stats convolution embedding_renorm_ norm_except_dim "
        "segment_reduce",
    "torch.autocast(device_type, dtype=torch.float16) switches it on and off, and torch.is_autocast_enabled(device_type) tells":
        "autocast_decrement_nesting autocast_increment_nesting clear_autocast_cache get_autocast_cpu_dtype "
        "get_autocast_dtype get_autocast_gpu_dtype get_autocast_ipu_dtype get_autocast_xla_dtype is_autocast_cache_enabled "
        "is_autocast_cpu_enabled is_autocast_ipu_enabled is_autocast_xla_enabled set_autocast_cache_enabled "
        "set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype set_autocast_enabled set_autocast_gpu_dtype "
        "set_autocast_ipu_dtype set_autocast_ipu_enabled set_autocast_xla_dtype set_autocast_xla_enabled",
    "the engine computes one operation at a time; how many threads a matrix product takes says torch.set_num_threads":
        "get_num_interop_threads set_num_interop_threads init_num_threads",
    "transforms of signals are not part of this engine: numpy.fft and scipy.signal have them, of x.numpy()":
        "fft stft istft signal bartlett_window blackman_window hamming_window hann_window kaiser_window",
    _BAGS: "embedding_bag",
    "views share memory; for a copy call the function without _copy and clone() the result":
        "alias_copy as_strided_copy ccol_indices_copy col_indices_copy crow_indices_copy detach_copy diagonal_copy expand_copy indices_copy "
        "narrow_copy permute_copy row_indices_copy select_copy slice_copy split_copy split_with_sizes_copy squeeze_copy t_copy transpose_copy "
        "unbind_copy unfold_copy unsqueeze_copy values_copy view_as_complex_copy view_as_real_copy view_copy",
    "the engine keeps rows of one length: pad them": "jagged nested",
    "files of other programs are not part of this engine: torch.save(net.state_dict(), file)": "onnx storage from_file",
    "nothing is fetched from the network": "hub",
    "the engine keeps images in the order of their shape, (N, C, H, W); the numbers are the same without it":
        "legacy_contiguous_format",
    "memory is named by x.storage() or x.untyped_storage(); its kinds have no names here":
        "Storage StorageBase TypedStorage UntypedStorage is_storage BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage "
        "ComplexFloatStorage DoubleStorage FloatStorage HalfStorage IntStorage LongStorage ShortStorage QInt32Storage QInt8Storage "
        "QUInt2x4Storage QUInt4x2Storage QUInt8Storage",
    "a name of PyTorch's own machinery, which is no part of its documented interface":
        "DisableTorchFunction DisableTorchFunctionSubclass FatalError OutOfMemoryError PRIVATE_OPS TYPE_CHECKING USE_GLOBAL_DEPS "
        "USE_RTLD_GLOBAL_WITH_LIBTORCH builtins classproperty ctypes functional functools get_file_path glob hash_tensor inspect is_distributed "
        "monitor os overrides platform profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 quasirandom return_types sys testing textwrap thread_safe_generator "
        "threading torch torch_version types windows",
    "time a program with time.perf_counter(), or %timeit in a notebook": "profiler",
    "each warning is shown once a place, as Python does: warnings.simplefilter('always') shows all": "is_warn_always_enabled set_warn_always",
    "every operation gives the same numbers each time: torch.use_deterministic_algorithms(True) is all that is needed":
        "get_deterministic_debug_mode set_deterministic_debug_mode",
    "write x.copy_(x.conj())": "conj_physical_",
    "torch.linalg.svd gives all of them; torch.linalg.eigh those of a symmetric matrix": "lobpcg pca_lowrank svd_lowrank",
    "torch.linalg.qr gives Q itself": "geqrf orgqr ormqr",
    "write torch.split, torch.chunk": "unsafe_split unsafe_chunk unsafe_split_with_sizes",
    "torch.nonzero gives the places; pad them where a fixed number is needed": "nonzero_static",
    "write x.clone(), and into its view: y.as_strided(size, stride).copy_(src)": "as_strided_scatter as_strided_",
    "torch.histogram counts along one axis; numpy.histogramdd along several": "histogramdd",
}
INSTEAD |= {name: reason for reason, names in FAMILIES.items() for name in names.split()}

# Names of a Tensor.
OF_TENSOR = {
    "sigmod": "x.sigmoid()", "badbmm": "x.baddbmm(a, b)", "non_zero": "x.nonzero()",
    "creator": "x.grad_fn; creator was its name before PyTorch 0.2",
    "stft": "scipy.signal.stft(x.numpy()); transforms of signals are not part of this engine",
    "to_sparse": "the tensor as it is; the engine keeps every number",
    "to_dense": "the tensor as it is; the engine keeps every number",
    "coalesce": "the tensor as it is; the engine keeps every number",
    "indices": "x.nonzero(); the engine has no sparse tensors",
    "to_padded_tensor": "the tensor as it is; the engine keeps rows of one length",
    "values": "x.sort().values of a sorted result; the engine has no sparse tensors", "is_coalesced": "nothing; the engine has no sparse tensors",
    "chalf": "x.cfloat(); NumPy has no complex numbers of 32 bits", "half_": "x.half(); another dtype takes new memory", "float_": "x.float()",
    "cuda_": "x.cuda()", "numel_": "x.numel()", "reinforce": "the loss with its logarithm of probability; reinforce went with PyTorch 0.4",
    "share_memory_": "nothing: worker processes get their own copies",
    "as_subclass": "the tensor as it is; an nn.Parameter is made by nn.Parameter(x)",
    "module_load": "x.copy_(other)", "resize_as": "x.reshape_as(y), or x.expand_as(y)", "index": "x[i]", "grad_dtype": "x.dtype; a gradient has its tensor's",
    "const_data_ptr": "x.data_ptr()", "storage_type": "type(x.storage())", "record_stream": "nothing: the array library keeps the order of a GPU's work",
    "map": "x.apply_(f), or operations of torch", "size_": "x.size()", "T_": "x.t_()",
    "astype": "x.to(dtype)", "length": "len(x) or x.numel()",
    "len": "len(x)", "concat": "torch.cat([x, y])", "cat": "torch.cat([x, y])", "append": "torch.cat([x, y])", "array": "x.numpy()",
}

# Of these families a Tensor says the same as torch does.
_ALSO_OF_TENSOR = {
    "the tensor as it is; the engine keeps every number":
        "to_sparse_coo to_sparse_csr to_sparse_csc to_sparse_bsr to_sparse_bsc to_mkldnn sparse_dim dense_dim sparse_mask sparse_resize_ "
        "sparse_resize_and_clear_ crow_indices col_indices ccol_indices row_indices smm sspaddmm resize_as_sparse_",
    "x.half(); numbers of fewer bits are not part of this engine":
        "dequantize int_repr q_scale q_zero_point q_per_channel_axis q_per_channel_scales q_per_channel_zero_points qscheme",
    "x.cpu() or x.cuda(); other machines are not part of this engine": "ipu xpu mtia",
    "torch.hardshrink(x), torch.prelu(x, weight)": "hardshrink prelu",
    "x.copy_(x.conj())": "conj_physical_",
    "nothing; it belongs to PyTorch's own machinery": "hash_tensor is_distributed slice_inverse",
    "scipy.signal.istft(x.numpy()); transforms of signals are not part of this engine": "istft",
    "torch.linalg.qr(x), which gives Q itself": "geqrf orgqr ormqr",
    "x.split(...) or x.chunk(...)": "unsafe_split unsafe_chunk unsafe_split_with_sizes",
    "the view and clone(): x.narrow(dim, start, length).clone()": "narrow_copy", "x.nonzero()": "nonzero_static",
    "y = x.clone(), then y.as_strided(size, stride).copy_(src)": "as_strided_scatter", "x.as_strided(size, stride)": "as_strided_",
}
OF_TENSOR |= {name: words for words, names in _ALSO_OF_TENSOR.items() for name in names.split() if name not in OF_TENSOR}

# Names of torch.linalg and torch.special.
_ELSEWHERE = "scipy.special has it, of x.numpy()"
OF_MODULE = {
    "cuda": {"comm": "torch.nn.parallel.scatter, replicate and gather",
             "memory_snapshot": "torch.cuda.memory_summary(), which names the largest tensors", "list_gpu_processes": "nvidia-smi, in a terminal",
             "memory_stats_as_nested_dict": "torch.cuda.memory_stats()", "get_gencode_flags": "torch.cuda.get_arch_list(); nothing is compiled before the program runs",
             "set_sync_debug_mode": "torch.cuda.simulate(1) as gpus, then gpus.bill(), which lists every wait",
             "get_sync_debug_mode": "torch.cuda.simulate(1) as gpus, then gpus.bill(), which lists every wait",
             "graph_pool_handle": "g.pool(), of a torch.cuda.CUDAGraph that has captured", "StreamContext": "torch.cuda.stream(s)",
             "is_tf32_supported": "torch.cuda.get_device_capability() >= (8, 0)", "has_half": "x.half(), which every GPU has", "has_magma": "torch.linalg, which calls CuPy's",
             "default_generators": "torch.default_generator; there is one stream of random numbers, for every device",
             "CudaError": "RuntimeError", "AcceleratorError": "RuntimeError", "DeferredCudaCallError": "RuntimeError", "check_error": "nothing: the array library raises by itself",
             "profiler": "torch.cuda.nvtx.range, or torch.cuda.Event(enable_timing=True)", "nccl": "torch.nn.DataParallel",
             "sparse": "dense tensors; the engine keeps every number"}
    | dict.fromkeys("reset_accumulated_memory_stats reset_accumulated_host_memory_stats reset_peak_host_memory_stats".split(), "torch.cuda.reset_peak_memory_stats()")
    | dict.fromkeys("host_memory_stats host_memory_stats_as_nested_dict".split(), "torch.cuda.memory_stats(); memory of the CPU is Python's own")
    | dict.fromkeys("utilization temperature power_draw clock_rate memory_usage device_memory_used".split(), "nvidia-smi, in a terminal")
    | dict.fromkeys("ExternalStream get_stream_from_external GreenContext green_contexts".split(), "torch.cuda.Stream()")
    | dict.fromkeys("caching_allocator_alloc caching_allocator_delete caching_allocator_disabled caching_allocator_enable get_allocator_backend CUDAPluggableAllocator "
                    "change_current_allocator MemPool use_mem_pool".split(), "torch.cuda.empty_cache(); the pool of memory is the array library's own")
    | dict.fromkeys("cudart cudaStatus current_blas_handle current_solver_handle jiterator tunable gds".split(), "nothing; the array library calls NVIDIA's libraries itself")
    | {f"{kind}Tensor": "torch.tensor(data, device='cuda'), or x.cuda()" for kind in "Float Double Half Long Int Short Char Byte Bool BFloat16".split()}
    | {f"{kind}Storage": "x.untyped_storage()" for kind in "Float Double Half Long Int Short Char Byte Bool BFloat16 ComplexDouble ComplexFloat".split()},
    "accelerator": {"Graph": "torch.cuda.CUDAGraph", "current_device_idx": "torch.accelerator.current_device_index()",
                    "set_device_idx": "torch.accelerator.set_device_index(device)", "get_device_capability": "torch.cuda.get_device_properties()",
                    "empty_host_cache": "nothing: memory of the CPU is Python's own", "reset_accumulated_memory_stats": "torch.accelerator.reset_peak_memory_stats()"},
    "autograd": {"forward_ad": "torch.func.jvp, which needs no forward mode", "NestedIOFunction": "torch.autograd.Function",
                 "SavedTensor": "ctx.saved_tensors, in a torch.autograd.Function", "grad_mode": "torch.no_grad, torch.enable_grad",
                 "anomaly_mode": "torch.autograd.detect_anomaly", "profiler": "time.perf_counter(), or %timeit in a notebook",
                 "enforce_grad_layout_policy": "nothing: a gradient lies in memory as its tensor's formula makes it"}
    | dict.fromkeys(("DeviceType Mapping ProfilerActivity ProfilerConfig ProfilerEvent ProfilerState Sequence cast handle_torch_function "
                     "has_torch_function is_multithreading_enabled is_tensor_like is_view_replay_enabled kineto_available overload "
                     "profiler_legacy profiler_util torch").split(), "nothing; it belongs to PyTorch's own machinery"),
    "func": {"replace_all_batch_norm_modules_": "nn.BatchNorm2d(..., track_running_stats=False), or nn.GroupNorm, which keeps no statistics",
             "rearrange": "torch.permute and torch.reshape", "debug_unwrap": "x.detach(); a Tensor inside a transform is a plain one here"},
    "nn.functional": dict.fromkeys(("scaled_mm", "grouped_mm", "scaled_grouped_mm"), "torch.matmul, in one dtype") | {
        "linear_cross_entropy": "F.cross_entropy(F.linear(x, weight, bias), target); PyTorch's saves memory where there are very many classes"},
    "nn.utils": dict.fromkeys(("convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"), "nothing: a layer's weight lies here in the order of its shape"),
    "nn": dict.fromkeys(("LinearCrossEntropyLoss", "LinearCrossEntropyOptions"), "nn.Linear and nn.CrossEntropyLoss, one after the other")
    | {"Container": "nn.Sequential or nn.ModuleList; Container was their name before PyTorch 0.2"}
    | dict.fromkeys(("qat", "quantized", "quantizable", "intrinsic", "backends"), "the layers of torch.nn; numbers of fewer bits are not part of this "
                    "engine: net.half() halves the memory")
    | {"factory_kwargs": "device=..., dtype=..."},
    "utils.data": dict.fromkeys(("datapipes", "IterDataPipe", "MapDataPipe", "DFIterDataPipe", "DataChunk", "functional_datapipe"),
                                "torch.utils.data.Dataset and IterableDataset; data pipes are no part of this engine")
    | {"backward_compatibility": "torch.utils.data.DataLoader(..., worker_init_fn=...)"},
    "distributions": dict.fromkeys("Beta Chi2 Dirichlet FisherSnedecor Gamma GeneralizedPareto HalfCauchy InverseGamma Kumaraswamy LKJCholesky LogisticNormal "
                                   "LowRankMultivariateNormal NegativeBinomial Pareto StudentT VonMises Weibull Wishart".split(),
                                   "one of those that are there: dir(torch.distributions)")
    | {"ExponentialFamily": "torch.distributions.Distribution"}
    | dict.fromkeys("biject_to transform_to CatTransform CorrCholeskyTransform CumulativeDistributionTransform IndependentTransform "
                    "LowerCholeskyTransform PositiveDefiniteTransform ReshapeTransform SoftplusTransform SoftmaxTransform StackTransform "
                    "StickBreakingTransform".split(), "a class of your own: class Twice(torch.distributions.Transform) with _call, _inverse and "
                    "log_abs_det_jacobian"),
    "distributed": dict.fromkeys(("Store TCPStore FileStore HashStore PrefixStore DistStoreError rendezvous").split(),
                                 "torch.distributed.broadcast_object_list, or a file: processes are found by MPI, without a store")
    | dict.fromkeys("run launch launcher elastic".split(), "workbook run --ranks 2 train.py, which starts the processes")
    | dict.fromkeys("rpc autograd pipelining tensor DeviceMesh device_mesh init_device_mesh fsdp FullyShardedDataParallel algorithms nn "
                    "optim split_group new_subgroups".split(),
                    "torch.nn.parallel.DistributedDataParallel and the collectives; parts of one network on several machines are no part of this engine")
    | {"checkpoint": "torch.save in rank 0 and torch.load(file, map_location='cpu') in all ranks",
       "all_reduce_coalesced": "torch.distributed.all_reduce of one flat tensor", "reduce_op": "torch.distributed.ReduceOp"},
    "optim": {"SparseAdam": "torch.optim.Adam; a gradient keeps every number here, also those of an embedding",
              "Adafactor": "torch.optim.AdamW; Adafactor saves memory where there are billions of parameters",
              "Muon": "torch.optim.AdamW; Muon is for the matrices of very large networks",
              "swap_in_optimizer_params_and_state": "optimizer.load_state_dict(state)"}
    | dict.fromkeys(("NesterovSGD", "Nesterov", "NAG"), "torch.optim.SGD(params, lr=0.1, momentum=0.9, nesterov=True)"),
    "linalg": {"householder_product": "torch.linalg.qr gives Q itself", "ldl_factor": "torch.linalg.cholesky, or torch.linalg.eigh where it is not positive definite",
               "ldl_factor_ex": "torch.linalg.cholesky, or torch.linalg.eigh where it is not positive definite",
               "ldl_solve": "torch.linalg.solve",
               "lu_factor_ex": "torch.linalg.lu_factor, which raises where a step finds only zeros",
               "cholesky_ex": "torch.linalg.cholesky, which raises where there is none", "inv_ex": "torch.linalg.inv, which raises where there is none",
               "solve_ex": "torch.linalg.solve, which raises where there is no answer", "common_notes": "a text of PyTorch's documents"},
    "serialization": dict.fromkeys(("LoadEndianness", "get_default_load_endianness", "set_default_load_endianness"),
                                   "nothing: a file without a word about the order of its bytes is read as little-endian, as PyTorch does by default")
    | dict.fromkeys(("get_crc32_options", "set_crc32_options"), "nothing: the sums are always written, and never needed to read a file")
    | dict.fromkeys(("register_package", "location_tag", "validate_cuda_device", "validate_hpu_device"), "torch.load(file, map_location='cpu'); devices here are 'cpu' and 'cuda'")
    | dict.fromkeys(("check_module_version_greater_or_equal", "normalize_storage_type", "storage_to_tensor_type", "StorageType"),
                    "nothing; it belongs to PyTorch's own machinery")
    | {"skip_data": "torch.save(obj, file), with the numbers"},
    "special": {name: _ELSEWHERE for name in (
        "airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v "
        "chebyshev_polynomial_w hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p modified_bessel_k0 "
        "modified_bessel_k1 scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u "
        "shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w spherical_bessel_j0").split()}
    | {"modified_bessel_i0": "torch.special.i0", "modified_bessel_i1": "torch.special.i1"}
    | dict.fromkeys(("common_args", "multi_dim_common", "Tensor", "torch"), "a text or a module of PyTorch's own"),
}


def of_module(module, name):
    """The error for a name that a module such as `torch.linalg` does not have.

    >>> of_module("linalg", "ldl_solve")
    AttributeError("module 'torch.linalg' has no attribute 'ldl_solve'\\n  Fix: torch.linalg.solve")
    """
    plain = f"module 'torch.{module}' has no attribute '{name}'"
    if right := MISSPELT_OF_MODULE.get(module, {}).get(name):
        return AttributeError(f"{plain}. Did you mean: '{right}'?")
    return AttributeError(plain + (f"\n  Fix: {OF_MODULE[module][name]}" if name in OF_MODULE[module] else ""))


def of_torch(name, elsewhere=None):
    """The error for a name that `torch` does not have; `elsewhere`: how it is written where another room has it.

    >>> of_torch("sigmod")
    AttributeError("module 'torch' has no attribute 'sigmod'. Did you mean: 'sigmoid'?")
    >>> of_torch("one_hot", "torch.nn.functional.one_hot")
    AttributeError("module 'torch' has no attribute 'one_hot'\\n  Why: PyTorch keeps this name in another place\\n  Fix: write torch.nn.functional.one_hot")
    """
    plain = f"module 'torch' has no attribute '{name}'"
    if name in MISSPELT:
        return AttributeError(f"{plain}. Did you mean: '{MISSPELT[name]}'?")
    if name in INSTEAD:
        return AttributeError(f"{plain}\n  Why: {INSTEAD[name]}")
    if elsewhere:
        return AttributeError(explain(plain, "PyTorch keeps this name in another place", f"write {elsewhere}"))
    return AttributeError(plain)


def of_tensor(kind, name):
    """The error for a name that a Tensor does not have; `kind` is the name of its class.

    >>> of_tensor("Tensor", "nothing")
    AttributeError("'Tensor' object has no attribute 'nothing'")
    """
    plain = f"'{kind}' object has no attribute '{name}'"
    return AttributeError(plain + (f"\n  Fix: write {OF_TENSOR[name]}" if name in OF_TENSOR else ""))


class Absent:
    """Stands where a Tensor has no attribute, and says what to write instead. To `hasattr` and `dir` it is not there."""

    def __init__(self, name):
        self._name = name

    def __get__(self, tensor, kind):
        raise of_tensor(kind.__name__, self._name)


def tell_of(tensor_class):
    """Let a class answer for the names of `OF_TENSOR`. (A `__getattr__` would do as well, but then Python looks up every attribute of
    every Tensor the long way.)"""
    for name in OF_TENSOR:
        setattr(tensor_class, name, Absent(name))
