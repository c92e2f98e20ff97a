"""A sentiment service as a Python team would write it: FastAPI on uvloop, ONNX Runtime int8, requests gathered into batches.

Usage: serve_sentiment.py MODEL_DIR PORT PROCESSES SESSIONS THREADS

Each process has SESSIONS sessions of THREADS threads, which compute batches at the same time.
"""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer

MODEL, PORT = sys.argv[1], int(sys.argv[2])
PROCESSES, SESSIONS, THREADS = (int(value) for value in sys.argv[3:6])
MAX_BATCH, WAIT_SECONDS = 32, 0.005

with open(os.path.join(MODEL, "attune.json")) as file:
    manifest = json.load(file)
task = next(task for task in manifest["tasks"] if "negative" in task["labels"])
labels, temperature = task["labels"], task["calibration"]["temperature"]
tokenizer = Tokenizer.from_file(os.path.join(MODEL, "tokenizer.json"))
tokenizer.enable_truncation(manifest["maxLength"])
tokenizer.enable_padding(pad_id=manifest["encoder"]["padTokenId"])


def open_session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    path = os.path.join(MODEL, manifest["onnx"]["int8"])
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def compute(session, texts):
    """Probabilities of a batch, [texts, labels]."""
    encoded = tokenizer.encode_batch(texts)
    inputs = {
        "input_ids": np.array([row.ids for row in encoded], dtype=np.int64),
        "attention_mask": np.array([row.attention_mask for row in encoded], dtype=np.int64),
        "token_type_ids": np.array([row.type_ids for row in encoded], dtype=np.int64),
    }
    wanted = {node.name for node in session.get_inputs()}
    (logits,) = session.run([task["output"]], {name: value for name, value in inputs.items() if name in wanted})
    scaled = logits / temperature
    exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


async def take_batch(queue):
    """What has come within 5 ms, at most 32 texts."""
    loop = asyncio.get_running_loop()
    batch = [await queue.get()]
    deadline = loop.time() + WAIT_SECONDS
    while len(batch) < MAX_BATCH:
        if not queue.empty():
            batch.append(queue.get_nowait())
            continue
        try:
            async with asyncio.timeout_at(deadline):
                batch.append(await queue.get())
        except TimeoutError:
            break
    return batch


async def run_batches(queue, pool):
    loop = asyncio.get_running_loop()
    session = open_session()
    while True:
        batch = await take_batch(queue)
        try:
            rows = await loop.run_in_executor(pool, compute, session, [text for text, _ in batch])
            for (_, future), row in zip(batch, rows.tolist()):
                future.set_result(row)
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)


class Text(BaseModel):
    text: str
    entity: str | None = None


class Request(BaseModel):
    texts: list[Text]


class Result(BaseModel):
    label: str
    probabilities: dict[str, float]


class Answer(BaseModel):
    results: list[Result]


@asynccontextmanager
async def lifespan(app):
    app.state.queue = asyncio.Queue()
    with ThreadPoolExecutor(SESSIONS) as pool:
        loops = [asyncio.create_task(run_batches(app.state.queue, pool)) for _ in range(SESSIONS)]
        yield
        for each in loops:
            each.cancel()


app = FastAPI(lifespan=lifespan)


@app.post("/v1/sentiment")
async def sentiment(request: Request) -> Answer:
    loop = asyncio.get_running_loop()
    futures = []
    for item in request.texts:
        future = loop.create_future()
        app.state.queue.put_nowait(((item.text, item.entity) if item.entity else item.text, future))
        futures.append(future)
    rows = await asyncio.gather(*futures)
    return Answer(results=[Result(label=labels[row.index(max(row))], probabilities=dict(zip(labels, row))) for row in rows])


if __name__ == "__main__":
    # uvicorn's own processes import the application anew, by name and with the same arguments.
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    uvicorn.run(
        "serve_sentiment:app",
        host="127.0.0.1",
        port=PORT,
        workers=PROCESSES,
        log_level="warning",
        access_log=False,
        loop="uvloop",
        http="httptools",
    )
