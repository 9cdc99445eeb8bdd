#!/bin/sh
# The smallest possible trainer: it learns nothing, and reports it in the right form. One epoch a second.
set -eu

# A field of the trial, which is a JSON file with one field a line.
field() { sed -n "s/^ *\"$1\": \([0-9.]*\),\{0,1\}$/\1/p" "$SCALESWEEP_TRIAL" | head -n 1; }
say() { echo "$1" >&3; }

folder=$(sed -n 's/^ *"folder": "\(.*\)",\{0,1\}$/\1/p' "$SCALESWEEP_TRIAL")
resume=$(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$SCALESWEEP_TRIAL")
epochs=$(field epochs)
per_epoch=$(field perEpoch)

# What is remembered from epoch to epoch is how many there were.
epoch=0
[ -n "$resume" ] && epoch=$(cat "$resume")
say "{\"type\": \"hello\", \"v\": 1, \"resumedFromStep\": $((epoch * per_epoch))}"

# Where accuracy comes from in a true trainer.
top1() { awk "BEGIN { print 1 - 0.9 / (1 + $epoch * $(field width)) }"; }

# Nothing is left to do here where it resumes after the last epoch.
while [ "$epoch" -lt "$epochs" ]; do
  sleep "${1:-1}"
  epoch=$((epoch + 1))
  step=$((epoch * per_epoch))
  say "{\"type\": \"epoch\", \"epoch\": $epoch, \"step\": $step, \"learningRate\": 0.1, \"minivalTop1\": $(top1)}"
  echo "$epoch" >"$folder/epoch-$epoch"
  say "{\"type\": \"checkpoint\", \"step\": $step, \"file\": \"epoch-$epoch\"}"
done
say "{\"type\": \"done\", \"minivalTop1\": $(top1)}"
