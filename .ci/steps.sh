# shellcheck shell=bash
# The steps of .ci/run. Each is a function that fails when what it ran did not hold.

build_and_test() {
  find_java
  JAVA_HOME="$FEATUREGRID_JAVA_HOME" mvn -B -ntp -Dstyle.color=never verify </dev/null
}

# holds FILE EXPRESSION: the last line of the file is a JSON object, called answer, for which the expression is true.
holds() {
  "$(find_python)" -c 'import json, sys
answer = json.loads(open(sys.argv[1], encoding="utf-8").read().splitlines()[-1])
if not eval(sys.argv[2], {"answer": answer}):
    sys.exit(f"expected {sys.argv[2]}, got {answer}")' "$1" "$2"
}

demo() {
  bin/featuregrid demo --once --json --home "$FEATUREGRID_SCRATCH/demo" >"$FEATUREGRID_SCRATCH/demo.out"
  tail -n 1 "$FEATUREGRID_SCRATCH/demo.out"
  holds "$FEATUREGRID_SCRATCH/demo.out" 'answer["rows"] == 336776 and len(answer["non_null"]) == answer["features"]'
}

quick_check() {
  local name="$1"
  bin/check "$name" --quick >"$FEATUREGRID_SCRATCH/$name.out"
  tail -n 1 "$FEATUREGRID_SCRATCH/$name.out"
  holds "$FEATUREGRID_SCRATCH/$name.out" "answer['check'] == '$name' and answer['differences'] == 0"
}

# control NAME RULE: with a rule broken on purpose the check must find differences, and say so by status 1.
control() {
  local name="$1" rule="$2" status=0
  bin/check "$name" --quick --break "$rule" >"$FEATUREGRID_SCRATCH/$name.control.out" || status=$?
  tail -n 1 "$FEATUREGRID_SCRATCH/$name.control.out"
  if [[ "$status" != 1 ]]; then
    fail "check $name with rule $rule broken ended with status $status (expected 1)"
  fi
  holds "$FEATUREGRID_SCRATCH/$name.control.out" 'answer["differences"] > 0'
}
