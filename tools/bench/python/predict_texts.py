"""Labels of short texts by Python transformers' own pipeline in fp32, for comparison.
usage: predict_texts.py MODEL_DIR TEXTS.jsonl OUT.jsonl [--batch 32] [--threads 2]
rows: {"text": ...}; prints one JSON line {rows, loadSeconds, predictSeconds}. Loading counts from the first import."""
import time

started = time.perf_counter()

import argparse
import json

import torch
import transformers
from transformers import pipeline

arguments = argparse.ArgumentParser()
arguments.add_argument("model")
arguments.add_argument("texts")
arguments.add_argument("out")
arguments.add_argument("--batch", type=int, default=32)
arguments.add_argument("--threads", type=int, default=2)
arguments = arguments.parse_args()

torch.set_num_threads(arguments.threads)
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
classify = pipeline("text-classification", model=arguments.model, device="cpu", dtype=torch.float32)
texts = [json.loads(line)["text"] for line in open(arguments.texts, encoding="utf-8")]
loaded = time.perf_counter()
results = classify(texts, batch_size=arguments.batch, truncation=True)
done = time.perf_counter()
with open(arguments.out, "w", encoding="utf-8") as out:
    for result in results:
        out.write(json.dumps({"label": result["label"], "probability": result["score"]}) + "\n")
print(json.dumps({"rows": len(texts), "loadSeconds": loaded - started, "predictSeconds": done - loaded}))
