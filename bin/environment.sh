# shellcheck shell=bash
# Finds and makes what the commands of this folder need: a JDK, the build, a Python environment.
# Source it from bash. Standard output is left to the caller: progress and reasons go to standard error.
#
#   FEATUREGRID_PYTHON      a Python to use as it is, instead of the one made under python/.venv
#   FEATUREGRID_SKIP_BUILD  when not empty, the jars are taken as they are (set by whoever has just built them)

FEATUREGRID_ROOT="$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export FEATUREGRID_ROOT

FEATUREGRID_JAVA_VERSION=25
FEATUREGRID_APPLICATION_JAR="$FEATUREGRID_ROOT/ops/target/featuregrid-ops.jar"
# Maven writes this file once the class path is complete, so that its age is the build's age.
FEATUREGRID_BUILD_MARKER="$FEATUREGRID_ROOT/ops/target/class-path-complete"

say() { printf '%s\n' "featuregrid: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# The class path of a finished build. The application's own jar comes last: looking up the main class then opens
# every jar before it, and a later build that replaces the files does not pull them from under a running node.
class_path() { printf '%s' "$FEATUREGRID_ROOT/ops/target/lib/*:$FEATUREGRID_APPLICATION_JAR"; }

is_java_home() {
  [[ -x "$1/bin/java" && -x "$1/bin/javac" && -f "$1/release" ]] &&
    grep -q "^JAVA_VERSION=\"${FEATUREGRID_JAVA_VERSION}[\".+-]" "$1/release"
}

# Sets FEATUREGRID_JAVA_HOME to the home of a JDK of the version needed.
find_java() {
  local candidate on_path=""
  if command -v java >/dev/null; then
    on_path="$(cd -P "$(dirname "$(readlink -f "$(command -v java)")")/.." && pwd)"
  fi
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/* /usr/local/lib/jvm/* \
    "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [[ -n "$candidate" ]] && is_java_home "$candidate"; then
      FEATUREGRID_JAVA_HOME="$candidate"
      return
    fi
  done
  fail "no JDK $FEATUREGRID_JAVA_VERSION found (JAVA_HOME is '${JAVA_HOME:-not set}'; looked there, on PATH and in" \
    "/usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks and /Library/Java). Install one, or set JAVA_HOME to its folder."
}

# Runs a command while no other process holds the lock of this name.
with_lock() {
  local lock="$FEATUREGRID_ROOT/target/$1.lock"
  shift
  mkdir -p "$FEATUREGRID_ROOT/target"
  if command -v flock >/dev/null; then
    (
      flock 9
      "$@" 9>&-
    ) 9>"$lock"
    return
  fi
  (
    until ln -s "$$" "$lock.held" 2>/dev/null; do
      say "waiting for process $(readlink "$lock.held") (remove $lock.held if it no longer runs)"
      sleep 2
    done
    trap 'rm -f "$lock.held"' EXIT
    "$@"
  )
}

# run_logged WHAT LOG COMMAND...: runs a command with its output in a log file, and shows the log's end when it fails.
run_logged() {
  local what="$1" log="$2"
  shift 2
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    fail "$what failed; the whole output is in $log"
  fi
}

build_is_current() {
  [[ -f "$FEATUREGRID_BUILD_MARKER" && -f "$FEATUREGRID_APPLICATION_JAR" ]] || return 1
  local newer
  # Folders count too: their time tells of a file removed or renamed.
  newer="$(find "$FEATUREGRID_ROOT"/pom.xml "$FEATUREGRID_ROOT"/*/pom.xml "$FEATUREGRID_ROOT"/*/src/main \
    -newer "$FEATUREGRID_BUILD_MARKER" -print -quit 2>/dev/null)"
  [[ -z "$newer" ]]
}

build_unless_current() {
  # Whoever held the lock before may have built it.
  if build_is_current; then return; fi
  if ! command -v mvn >/dev/null; then
    fail "Maven is needed to build and is not on PATH. Install Maven 3.8.7 or later."
  fi
  say "building (the first time takes a few minutes) ..."
  local started="$FEATUREGRID_ROOT/target/build.started"
  touch "$started"
  # Replaced, not rewritten: a running node keeps the files it has open.
  rm -rf "$FEATUREGRID_ROOT/ops/target/lib" "$FEATUREGRID_APPLICATION_JAR" "$FEATUREGRID_BUILD_MARKER"
  run_logged "the build" "$FEATUREGRID_ROOT/target/build.log" \
    env JAVA_HOME="$FEATUREGRID_JAVA_HOME" mvn -B -q -ntp -Dstyle.color=never -f "$FEATUREGRID_ROOT/pom.xml" -Dmaven.test.skip package
  # A source changed while Maven ran may not be in the jars.
  touch -r "$started" "$FEATUREGRID_BUILD_MARKER"
}

# Builds the jars if one is missing or a source is newer. One caller builds, others wait for it.
build_if_missing() {
  if [[ -n "${FEATUREGRID_SKIP_BUILD:-}" ]]; then
    [[ -f "$FEATUREGRID_APPLICATION_JAR" ]] ||
      fail "FEATUREGRID_SKIP_BUILD is set, but $FEATUREGRID_APPLICATION_JAR does not exist. Build first: mvn -DskipTests package"
    return
  fi
  build_is_current || with_lock build build_unless_current
}

is_python() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do
    if is_python "$candidate"; then
      printf '%s' "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or later with venv found (python3 is '$(python3 --version 2>&1)'). Install one" \
    "(on Debian also python3-venv), or set FEATUREGRID_PYTHON to a Python that has the packages of python/requirements.txt."
}

install_requirements() {
  local requirements="$1" marker="$2" sum="$3" home="$FEATUREGRID_ROOT/python/.venv"
  if [[ -f "$marker" && "$(<"$marker")" == "$sum" ]] && is_python "$home/bin/python"; then return; fi
  say "preparing the Python environment in python/.venv ($(basename "$requirements")) ..."
  if ! is_python "$home/bin/python"; then
    local python
    python="$(find_python)" || exit 1
    run_logged "making python/.venv" "$FEATUREGRID_ROOT/target/python-environment.log" "$python" -m venv --clear "$home"
  fi
  run_logged "installing $(basename "$requirements")" "$FEATUREGRID_ROOT/target/python-environment.log" \
    "$home/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r "$requirements"
  # The package is used where it lies, also by a notebook started from this environment.
  "$home/bin/python" -c 'import pathlib, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "featuregrid.pth").write_text(sys.argv[1] + "\n")' "$FEATUREGRID_ROOT/python"
  printf '%s' "$sum" >"$marker"
}

# Sets and exports FEATUREGRID_PYTHON and puts the package on PYTHONPATH. With the argument "test" the environment
# also has what tests, checks and benchmarks need.
python_environment() {
  local kind="${1:-run}" requirements="$FEATUREGRID_ROOT/python/requirements.txt"
  export PYTHONPATH="$FEATUREGRID_ROOT/python${PYTHONPATH:+:$PYTHONPATH}"
  if [[ -n "${FEATUREGRID_PYTHON:-}" ]]; then
    "$FEATUREGRID_PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
      fail "FEATUREGRID_PYTHON is '$FEATUREGRID_PYTHON' (expected a Python of 3.11 or later that runs)"
    return
  fi
  local sum
  if [[ "$kind" == test ]]; then
    sum="$(cat "$requirements" "$FEATUREGRID_ROOT/python/requirements-test.txt" | cksum)"
    requirements="$FEATUREGRID_ROOT/python/requirements-test.txt"
  else
    sum="$(cksum <"$requirements")"
  fi
  with_lock python install_requirements "$requirements" "$FEATUREGRID_ROOT/python/.venv/installed-$kind" "$sum" || exit 1
  export FEATUREGRID_PYTHON="$FEATUREGRID_ROOT/python/.venv/bin/python"
}

# Runs the tests of the Python package, the examples and the checks, against the jars just built. A report for each
# folder goes to ops/target/pytest. Fails on a failed, a skipped and a missing test.
run_python_tests() {
  local reports="$FEATUREGRID_ROOT/ops/target/pytest" folder failed=0
  python_environment test
  # A node that the developer has running is not what is tested.
  unset FEATUREGRID_HOME FEATUREGRID_URL
  export FEATUREGRID_SKIP_BUILD=1 TZ=America/New_York LC_ALL=C.UTF-8
  export PYTHONPATH="$FEATUREGRID_ROOT/ops/check:$PYTHONPATH"
  rm -rf "$reports"
  mkdir -p "$reports"
  # One run a folder: each has its own helpers beside its tests, under names that others may use too.
  for folder in python/tests examples/*/tests */check/tests; do
    if [[ ! -d "$FEATUREGRID_ROOT/$folder" ]]; then continue; fi
    say "pytest $folder"
    (cd "$FEATUREGRID_ROOT" && "$FEATUREGRID_PYTHON" -m pytest -q -rs -p no:cacheprovider \
      --junitxml="$reports/${folder//\//.}.xml" "$folder") >&2 || failed=1
  done
  "$FEATUREGRID_PYTHON" "$FEATUREGRID_ROOT/bin/test_counts.py" "$reports" >&2 || failed=1
  return "$failed"
}

# Names the scripts */KIND/NAME.py that can be run, one a line.
script_names() {
  local script
  for script in "$FEATUREGRID_ROOT"/*/"$1"/*.py; do
    if [[ -f "$script" ]] && grep -q '^if __name__ == .__main__.:' "$script"; then basename "$script" .py; fi
  done | sort
}

# Runs */KIND/NAME.py with the arguments that follow, in the environment for tests and against a current build.
run_script() {
  local kind="$1" name="${2:-}" script
  if [[ -z "$name" || "$name" == -h || "$name" == --help ]] || ! script_names "$kind" | grep -qxF -- "$name"; then
    {
      printf 'usage: bin/%s NAME [argument ...]\n' "$kind"
      if [[ -n "$name" && "$name" != -h && "$name" != --help ]]; then printf "no %s is named '%s'\n" "$kind" "$name"; fi
      printf 'names: %s\n' "$(script_names "$kind" | tr '\n' ' ')"
      printf 'arguments of one: bin/%s NAME --help\n' "$kind"
    } >&2
    exit 2
  fi
  script="$(ls "$FEATUREGRID_ROOT"/*/"$kind"/"$name".py)"
  shift 2
  find_java
  build_if_missing
  python_environment test
  # What is measured or checked is one build, from beginning to end; a benchmark may start a JVM of its own.
  export FEATUREGRID_SKIP_BUILD=1 FEATUREGRID_JAVA_HOME
  # What checks share; a script's own folder goes before.
  export PYTHONPATH="$FEATUREGRID_ROOT/ops/check:$FEATUREGRID_ROOT/offline/check:$PYTHONPATH"
  exec "$FEATUREGRID_PYTHON" "$script" "$@"
}
