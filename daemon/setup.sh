# Sourced by daemon/run, tests/run and tests/bench/run: what they need before they can start: packages of Debian 12, and a build.

packages_build=(g++ cmake pkg-config libcpp-httplib-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libsqlitecpp-dev
  libsqlite3-dev libcli11-dev libexpected-dev libisal-dev prometheus-cpp-dev libboost-dev libsystemd-dev libssl-dev doctest-dev)
packages_run=(linux-perf curl jq)
packages_test=(python3)
packages_fuzz=(clang libclang-rt-14-dev)
packages_bench=(iperf3 nuttcp sockperf)

# The tests boot a tree of Debian, which only root can do.
if ((EUID == 0)); then
  packages_test+=(systemd-container debootstrap dpkg-dev)
fi

# The page is bundled by Node.js and npm, its tests drive a browser. Each may come from elsewhere than Debian; then it is
# left as it is, and Debian's npm, which goes with Debian's Node.js alone, is not put beside another one.
if ! command -v node >/dev/null; then
  packages_build+=(nodejs npm)
elif ! command -v npm >/dev/null; then
  if [[ $(dpkg-query -W -f '${Version}' nodejs 2>/dev/null || true) == *dfsg* ]]; then
    packages_build+=(npm)
  else
    echo "npm is missing beside $(command -v node) ($(node --version)). If the build asks for it, install the npm of that Node.js." >&2
  fi
fi
if ! command -v chromium >/dev/null; then
  packages_test+=(chromium)
fi

# Either builder will do; where there is neither, ninja is installed.
if ! command -v make >/dev/null; then
  packages_build+=(ninja-build)
fi

# install_packages NAME...: installs those that are missing and says so; where none is, it does nothing at all.
install_packages() {
  local -a missing=() as_root=()
  local name installed log command
  if ! command -v dpkg-query >/dev/null; then
    echo "This system has no dpkg, so its packages are left as they are. On Debian 12 these would be needed: $*" >&2
    return 0
  fi
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for name in "$@"; do
    grep -qxF -- "$name installed" <<<"$installed" || missing+=("$name")
  done
  if ((${#missing[@]} == 0)); then
    return 0
  fi

  command="apt-get install --no-install-recommends ${missing[*]}"
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
      echo "Packages are missing, and this user cannot install them. As root, run: $command" >&2
      return 1
    fi
    as_root=(sudo)
  fi

  echo "Installing ${#missing[@]} missing packages: ${missing[*]}"
  log=$(mktemp "${TMPDIR:-/tmp}/copybench-apt.XXXXXX")
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300)
  # Where the lists cannot be fetched, the packages may still be in a cache: the installation decides.
  "${as_root[@]}" update >"$log" 2>&1 </dev/null || echo "apt-get update failed; trying with the package lists that are there." >&2
  if ! "${as_root[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
    grep -E '^(E|W|Err):' "$log" | tail -n 10 >&2 || true
    echo "The packages could not be installed; apt's output is in $log. By hand, as root: apt-get update && $command" >&2
    return 1
  fi
  rm -f "$log"
}

# Each target's sources are compiled as one (UNITY_BUILD): the templates of the libraries are instantiated once a target, which
# takes a quarter of the time. For work on a few sources a build folder of one's own without it is the better one.
# configure SOURCE BUILD LOG OPTION...: keeps the generator of an existing build folder, and starts anew in one that
# was configured for another checkout.
configure() {
  local source=$1 build=$2 log=$3 home
  shift 3
  local -a options=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 "$@")
  mkdir -p "$build"
  if [[ -f $build/CMakeCache.txt ]]; then
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
    if [[ $home != "$source" ]]; then
      options+=(--fresh)
    fi
  elif command -v ninja >/dev/null; then
    options+=(-G Ninja)
  fi
  if command -v ccache >/dev/null; then
    options+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  if ! cmake -S "$source" -B "$build" "${options[@]}" >"$log" 2>&1; then
    grep -A 12 -m 1 'CMake Error' "$log" >&2 || tail -n 20 "$log" >&2
    echo "Configuring failed; the full log is in $log" >&2
    return 1
  fi
}

# build BUILD LOG WHAT ARGUMENT...: shows how far it is, one line on a terminal and one each quarter elsewhere.
build() {
  local folder=$1 log=$2 what=$3 line percent next=0
  shift 3
  local started=$SECONDS
  if ! cmake --build "$folder" -j "$(nproc)" "$@" 2>&1 | tee -a "$log" | {
    while IFS= read -r line; do
      if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
        percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
      elif [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
        percent=${BASH_REMATCH[1]}
      else
        continue
      fi
      if [[ -t 1 ]]; then
        printf '\r%s: %d %%' "$what" "$percent"
      elif ((percent >= next)); then
        echo "$what: $percent %"
        next=$((percent / 25 * 25 + 25))
      fi
    done
    if [[ -t 1 ]]; then
      printf '\r\033[K'
    fi
  }; then
    grep -E -A 4 '(error:|undefined reference|FAILED:|CMake Error)' "$log" | head -n 40 >&2 || true
    echo "Building failed; the full log is in $log" >&2
    return 1
  fi
  echo "$what: done in $((SECONDS - started)) s"
}
