#!/bin/sh
# Plays the example news to a monitor that runs, and shows the alert that comes of it. Needs curl and jq.
#   KEY=… sh deploy/first-alert.sh http://localhost:3001
set -eu
url=${1:?say where the monitor is}
example=$(cd "$(dirname "$0")/../apps/sentiment-monitor/example" && pwd)
auth="authorization: Bearer ${KEY:-none}"
run=$(date +%s)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

post() { curl -fsS "$url$1" -H "$auth" -H 'content-type: application/json' -d @- -o /dev/null; }
# A row of the example as a document: those of the past at their minute, the others now.
document() {
  jq -c --argjson run "$run" --argjson now "$(date +%s)" '{id: "first:\($run):\(.minute)", source, text}
    + {publishedAt: ($now + ([.minute, 0] | min) * 60 | floor | todate)} + (if .title then {title} else {} end)'
}

known=$(curl -fsS "$url/v1/watches" -H "$auth" | jq -c '[.items[].name]')
jq -c --argjson known "$known" '.[] | select(.name as $name | $known | index($name) | not) | {name, target}' "$example/watches.json" > "$work/watches"
while read -r watch; do echo "$watch" | post /v1/watches; done < "$work/watches"

jq -c 'select(.minute < 0)' "$example/stream.jsonl" | document > "$work/past"
jq -sc '{documents: .}' "$work/past" | post /v1/documents
last=$(jq -sr 'max_by(.publishedAt).id' "$work/past")
until curl -fs "$url/v1/documents/$last" -H "$auth" -o /dev/null; do sleep 1; done
echo "The news of the last day and a half are in; now the others come." >&2

jq -c 'select(.minute >= 0)' "$example/stream.jsonl" > "$work/coming"
while read -r row; do
  echo "$row" | document | post /v1/documents
  sleep 2
done < "$work/coming"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  alert=$(curl -fsS "$url/v1/alerts" -H "$auth" | jq -c '.items[0] // empty')
  if [ -n "$alert" ]; then echo "$alert" | jq .; exit; fi
  sleep "$attempt"
done
echo 'No alert has come.' >&2
exit 1
