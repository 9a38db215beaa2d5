"""What vLLM 0.32's CPU build needs to run this project's drafters; Python loads it into each of its processes from
PYTHONPATH (ci/vllm_server.py). Nothing of an installed file changes: each module is amended as it is imported.
DSBENCH_VLLM_K_NORM=as_is leaves its grouped K norm alone, for a control that must be seen."""
import importlib.abc
import importlib.machinery
import os
import sys


def use_interpreted_triton(module):
    # DSpark needs the second model runner, and that Triton; its interpreter has no driver to be found by.
    if os.environ.get("TRITON_INTERPRET") == "1":
        module.HAS_TRITON = True


def norm_keys_by_layer(module):
    # The CPU kernel takes the first layer's weights for every layer: here one call a layer.
    if os.environ.get("DSBENCH_VLLM_K_NORM") == "as_is":
        return

    def normalize(self, all_k):
        normed = all_k.new_empty(all_k.shape)
        for layer in range(all_k.shape[0]):
            module.ops.rms_norm(normed[layer], all_k[layer], self._k_norm_weights[layer], self._rms_norm_eps)
        return normed

    module.DFlashQwen3Model._normalize_context_k = normalize


def register_mtp(module):
    module.ModelRegistry.register_model("DsbenchMtp", "dsbench_mtp:DsbenchMtp")


def know_mtp(module):
    kind = module.SpeculativeConfig
    known = kind.hf_config_override

    def hf_config_override(config):
        if (config.architectures or [""])[0] != "DsbenchMtp":
            return known(config)
        config.model_type = "mtp"
        return config

    hf_config_override.__module__, hf_config_override.__qualname__ = kind.__module__, "SpeculativeConfig.hf_config_override"
    kind.hf_config_override = staticmethod(hf_config_override)


AMENDED = {
    "vllm.triton_utils.importing": use_interpreted_triton,
    "vllm.model_executor.models.qwen3_dflash": norm_keys_by_layer,
    "vllm.model_executor.models.registry": register_mtp,
    "vllm.config.speculative": know_mtp,
}


class Amender(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        amend = AMENDED.get(name)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target) if amend else None
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            amend(module)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Amender())
