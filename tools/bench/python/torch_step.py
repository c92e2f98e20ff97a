"""Full training steps in PyTorch, for comparison: BertForSequenceClassification of an encoder's folder, 77 labels, its own
dropout, sdpa attention, clipping at 1 and AdamW on all parameters, as the Hugging Face Trainer takes them.
usage: torch_step.py ENCODER_DIR [--labels 77] [--threads 2] [--seed 42]
Reads a line of JSON a request, {"rows", "tokens", "uneven", "fused", "steps"}, and answers with one, {"wallMs": [...], "cpuMs": [...]};
the first line it writes says that it is ready."""
import argparse
import json
import sys
import time

import torch
import transformers
from transformers import AutoModelForSequenceClassification

arguments = argparse.ArgumentParser()
arguments.add_argument("encoder")
arguments.add_argument("--labels", type=int, default=77)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--seed", type=int, default=42)
arguments = arguments.parse_args()

torch.set_num_threads(arguments.threads)
torch.manual_seed(arguments.seed)
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
model = AutoModelForSequenceClassification.from_pretrained(arguments.encoder, num_labels=arguments.labels, attn_implementation="sdpa").train()
optimizers = {fused: torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=0.01, fused=fused) for fused in (False, True)}


def batch_of(rows, tokens, uneven):
    """Random tokens, padded to the longest row, as the default data collator does."""
    lengths = torch.randint((tokens + 1) // 2, tokens + 1, (rows,)) if uneven else torch.full((rows,), tokens)
    lengths[0] = tokens
    mask = (torch.arange(tokens)[None] < lengths[:, None]).long()
    ids = torch.randint(0, model.config.vocab_size, (rows, tokens)) * mask
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.arange(rows) % arguments.labels}


def step(batch, optimizer):
    loss = model(**batch).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    loss.item()


def answer(request):
    batch = batch_of(request["rows"], request["tokens"], request.get("uneven", False))
    optimizer = optimizers[request.get("fused", False)]
    step(batch, optimizer)
    wall, cpu = [], []
    for _ in range(request["steps"]):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        step(batch, optimizer)
        wall.append(1000 * (time.perf_counter() - wall_start))
        cpu.append(1000 * (time.process_time() - cpu_start))
    return {"wallMs": wall, "cpuMs": cpu}


def write(message):
    print(json.dumps(message), flush=True)


write({"ready": True, "torch": torch.__version__, "transformers": transformers.__version__})
for line in sys.stdin:
    write(answer(json.loads(line)))
