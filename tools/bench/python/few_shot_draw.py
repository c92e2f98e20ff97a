"""A few rows of every label, drawn by their hash: few_shot_draw.py ROWS.jsonl COUNT DRAW [REST.jsonl PER_LABEL] > few.jsonl

For each label the COUNT rows whose sha256 of "DRAW<tab>text" is smallest, so that a draw is the same on every machine.
With REST, the next PER_LABEL rows of each label go there: rows to try settings on that are no test rows."""
import hashlib
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
count, draw = int(sys.argv[2]), sys.argv[3]
rest = open(sys.argv[4], "w", encoding="utf-8") if len(sys.argv) > 4 else None
of_label = {}
for row in rows:
    of_label.setdefault(row["label"], []).append(row)
for own in (of_label[label] for label in sorted(of_label)):
    own.sort(key=lambda row: hashlib.sha256(f"{draw}\t{row['text']}".encode()).hexdigest())
    for row in own[:count]:
        print(json.dumps(row, ensure_ascii=False))
    for row in own[count : count + int(sys.argv[5])] if rest else []:
        rest.write(json.dumps(row, ensure_ascii=False) + "\n")
