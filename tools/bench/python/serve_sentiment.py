"""A sentiment service as a Python team would write it: FastAPI on uvloop, ONNX Runtime int8, requests gathered into batches.

Usage: serve_sentiment.py MODEL_DIR PORT THREADS
"""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer

MODEL, PORT, THREADS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
MAX_BATCH, WAIT_SECONDS = 32, 0.005

with open(os.path.join(MODEL, "attune.json")) as file:
    manifest = json.load(file)
task = manifest["tasks"][0]
tokenizer = Tokenizer.from_file(os.path.join(MODEL, "tokenizer.json"))
tokenizer.enable_truncation(manifest["maxLength"])
tokenizer.enable_padding(pad_id=manifest["encoder"]["padTokenId"])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = THREADS
session = onnxruntime.InferenceSession(os.path.join(MODEL, manifest["onnx"]["int8"]), options, providers=["CPUExecutionProvider"])
names = {node.name for node in session.get_inputs()}
temperature = task["calibration"]["temperature"]


def compute(texts):
    """Probabilities of a batch, [texts, labels]."""
    encoded = tokenizer.encode_batch(texts)
    ids = np.array([row.ids for row in encoded], dtype=np.int64)
    inputs = {
        "input_ids": ids,
        "attention_mask": np.array([row.attention_mask for row in encoded], dtype=np.int64),
        "token_type_ids": np.array([row.type_ids for row in encoded], dtype=np.int64),
    }
    (logits,) = session.run([task["output"]], {name: value for name, value in inputs.items() if name in names})
    scaled = logits / temperature
    exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


class Text(BaseModel):
    text: str
    entity: str | None = None


class Request(BaseModel):
    texts: list[Text]


app = FastAPI()
queue: asyncio.Queue = asyncio.Queue()
pool = ThreadPoolExecutor(1)


async def run_batches():
    """Takes what has come within 5 ms, at most 32 texts, and computes it together."""
    loop = asyncio.get_running_loop()
    while True:
        batch = [await queue.get()]
        deadline = loop.time() + WAIT_SECONDS
        while len(batch) < MAX_BATCH and (rest := deadline - loop.time()) > 0:
            try:
                batch.append(await asyncio.wait_for(queue.get(), rest))
            except asyncio.TimeoutError:
                break
        try:
            rows = await loop.run_in_executor(pool, compute, [text for text, _ in batch])
            for (_, future), row in zip(batch, rows):
                future.set_result(row)
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)


@app.on_event("startup")
async def start():
    asyncio.create_task(run_batches())


@app.post("/v1/sentiment")
async def sentiment(request: Request):
    loop = asyncio.get_running_loop()
    futures = []
    for item in request.texts:
        future = loop.create_future()
        await queue.put(((item.text, item.entity) if item.entity else item.text, future))
        futures.append(future)
    results = []
    for row in await asyncio.gather(*futures):
        best = int(row.argmax())
        results.append({"label": task["labels"][best], "probabilities": dict(zip(task["labels"], map(float, row)))})
    return {"results": results}


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", loop="uvloop", http="httptools")
