"""This project's MTP-1 drafter as a vLLM model: the next token's embedding and the target's last hidden state, each
normed, combined and led through one decoder layer; the layer's output is the next step's hidden state."""
import torch
from torch import nn
from vllm.model_executor.layers.layernorm import RMSNorm
from vllm.model_executor.layers.logits_processor import LogitsProcessor
from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead, VocabParallelEmbedding
from vllm.model_executor.models.qwen3 import Qwen3DecoderLayer
from vllm.model_executor.models.utils import AutoWeightsLoader, WeightsMapper

FUSED = WeightsMapper(orig_to_new_stacked={
    ".q_proj": (".qkv_proj", "q"),
    ".k_proj": (".qkv_proj", "k"),
    ".v_proj": (".qkv_proj", "v"),
    ".gate_proj": (".gate_up_proj", 0),
    ".up_proj": (".gate_up_proj", 1),
})


class Module(nn.Module):
    def __init__(self, vllm_config, config):
        super().__init__()
        hidden, eps = config.hidden_size, config.rms_norm_eps
        self.embed_tokens = VocabParallelEmbedding(config.vocab_size, hidden)
        self.enorm, self.hnorm, self.norm = (RMSNorm(hidden, eps=eps) for _ in range(3))
        self.eh_proj = nn.Linear(2 * hidden, hidden, bias=False)
        # Behind the target's layers: the name finds the KV cache.
        place = vllm_config.model_config.get_total_num_hidden_layers()
        self.layers = nn.ModuleList([
            Qwen3DecoderLayer(config, vllm_config.cache_config, vllm_config.quant_config, prefix=f"mtp.layers.{place}")])

    def forward(self, input_ids, positions, hidden_states):
        rows = torch.cat([self.enorm(self.embed_tokens(input_ids)), self.hnorm(hidden_states)], dim=-1)
        output, residual = self.layers[0](positions, self.eh_proj(rows), None)
        return output + residual


class DsbenchMtp(nn.Module):
    has_own_embed_tokens, has_own_lm_head = False, True

    def __init__(self, *, vllm_config, prefix=""):
        super().__init__()
        self.config = vllm_config.speculative_config.draft_model_config.hf_config
        self.model = Module(vllm_config, self.config)
        rows = self.config.draft_vocab_size
        self.lm_head = ParallelLMHead(rows, self.config.hidden_size)
        self.logits_processor = LogitsProcessor(rows)
        self.d2t = nn.Parameter(torch.zeros(rows, dtype=torch.long), requires_grad=False)

    def embed_input_ids(self, input_ids):
        return self.model.embed_tokens(input_ids)

    def forward(self, input_ids, positions, hidden_states, intermediate_tensors=None, inputs_embeds=None,
                spec_step_idx=0):
        return self.model(input_ids, positions, hidden_states)

    def compute_logits(self, hidden_states, spec_step_idx=0):
        drafted = self.logits_processor(self.lm_head, self.model.norm(hidden_states))
        logits = drafted.new_full((drafted.shape[0], self.config.vocab_size), float("-inf"))
        logits[:, torch.arange(self.d2t.numel(), device=self.d2t.device) + self.d2t] = drafted
        return logits

    def load_weights(self, weights):
        own = {"d2t": "d2t", "lm_head.weight": "lm_head.weight"}
        named = ((own.get(name, "model." + name), tensor) for name, tensor in weights)
        return AutoWeightsLoader(self).load_weights(named, mapper=FUSED)
