# shellcheck shell=bash
# Sourced by daemon/run, tests/run, tests/bench/run, tests/fuzz/run and systemd/install: installs the packages that they need, and
# builds.

install=yes  # no: --no-install was given

# The table: group, need, names on Debian, Ubuntu, Fedora and Arch, programs that make the package unnecessary, purpose.
# a|b: the first of them that the system has; a,b: both; =: as on Debian; -: none. A build continues without optional packages.
package_table='
build required g++                  = gcc-c++                 gcc            -          the compiler
build required cmake                = cmake                   cmake          cmake      the build
build required pkg-config           = pkgconf-pkg-config      pkgconf        pkg-config the build
build required ninja-build          = ninja-build             ninja          make,ninja the build
build required libcpp-httplib-dev   = cpp-httplib-devel       cpp-httplib    -          HTTP
build required nlohmann-json3-dev   = json-devel              nlohmann-json  -          JSON
build required libspdlog-dev        = spdlog-devel            spdlog         -          the log
build required libfmt-dev           = fmt-devel               fmt            -          text
build required libsqlitecpp-dev     = sqlitecpp-devel|SQLiteCpp-devel sqlitecpp -       the store
build required libsqlite3-dev       = sqlite-devel            sqlite         -          the store
build required libcli11-dev         = cli11-devel             cli11          -          the command line
build required libexpected-dev      = expected-devel|tl-expected-devel tl-expected -    results
build required libisal-dev          = isa-l-devel|libisal-devel isa-l        -          checksums
build required prometheus-cpp-dev   = prometheus-cpp-devel|libprometheus-cpp-devel prometheus-cpp - metrics
build required libboost-dev         = boost-devel             boost          -          rank tests
build required libsystemd-dev       = systemd-devel           systemd-libs   -          the service
build required libssl-dev           = openssl-devel           openssl        -          digests
build required libtomlplusplus-dev  = tomlplusplus-devel      tomlplusplus   -          the configuration
build required doctest-dev          = doctest-devel           doctest        -          unit tests
build required nodejs               = nodejs                  nodejs         node,nodejs the page
build required npm                  = nodejs-npm|npm          npm            npm        the page
run   required curl                 = curl                    curl           curl       requests
run   required jq                   = jq                      jq             jq         tables
run   optional linux-perf           linux-tools-common,linux-tools-generic perf perf perf cycles, cache misses and profiles
test  required python3              = python3                 python         python3    end-to-end tests
test  required python3-jsonschema   = python3-jsonschema      python-jsonschema -       the description of the API
test  optional chromium             - chromium                chromium       chromium   the tests in a browser
test  optional dpkg-dev             = dpkg-dev                dpkg           dpkg-shlibdeps the test of the Debian package
test  optional file                 = file                    file           file       the test of the Debian package
test  optional debootstrap          = debootstrap             debootstrap    debootstrap the test that boots a machine
test  optional systemd-container    = systemd-container       systemd        systemd-nspawn the test that boots a machine
test  optional lintian              = -                       -              lintian    the test of the Debian package
test  optional nginx                = nginx                   nginx          nginx      the test behind a proxy
test  optional openssl              = openssl                 openssl        openssl    the test behind a proxy
fuzz  optional clang                = clang                   clang          clang++    the fuzzers
fuzz  optional libclang-rt-dev|libclang-rt-18-dev|libclang-rt-14-dev = compiler-rt compiler-rt  -          the fuzzers
bench optional iperf3               = iperf3                  iperf3         iperf3     the benchmark beside peers
bench optional nuttcp               = nuttcp                  nuttcp         nuttcp     the benchmark beside peers
bench optional sockperf             = sockperf                sockperf       sockperf   the benchmark beside peers
'

# this_system: prints debian, ubuntu, fedora or arch, also for their derivatives. Prints nothing for another system.
this_system() {
  local id
  for id in $(
    ID='' ID_LIKE=''
    # shellcheck disable=SC1090
    source "${COPYBENCH_OS_RELEASE:-/etc/os-release}" 2>/dev/null
    echo "$ID" "$ID_LIKE"
  ); do
    case $id in
      debian | ubuntu | fedora | arch) echo "$id" && return 0 ;;
    esac
  done
}

# missing_of NAME...: prints the names that are not installed, by the system's own list.
missing_of() {
  local installed name
  case $system in
    debian | ubuntu)
      installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
      for name in "$@"; do
        grep -qxF -- "$name installed" <<<"$installed" || echo "$name"
      done
      ;;
    fedora)
      for name in "$@"; do
        rpm -q --quiet --whatprovides "$name" || echo "$name"
      done
      ;;
    arch) pacman -T "$@" || true ;;
  esac
}

# known NAME: succeeds if the system's lists offer it.
known() {
  case $system in
    debian | ubuntu) apt-cache show --no-all-versions "$1" ;;
    fedora) dnf -q list --available "$1" ;;
    arch) pacman -Si "$1" ;;
  esac >/dev/null 2>&1
}

# refresh_lists, install_names NAME...: run the system's own program as root.
refresh_lists() {
  case $system in
    debian | ubuntu) "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 update ;;
    # dnf refreshes its lists by itself. Arch's lists may only be refreshed together with an upgrade of the whole system.
  esac
}

install_names() {
  case $system in
    debian | ubuntu)
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -q -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
      ;;
    fedora) "${as_root[@]}" dnf -y --setopt=install_weak_deps=False install "$@" ;;
    arch) "${as_root[@]}" pacman -S --noconfirm --needed "$@" ;;
  esac
}

by_hand() {
  case $system in
    debian | ubuntu) echo "apt-get update && apt-get install --no-install-recommends $*" ;;
    fedora) echo "dnf install $*" ;;
    arch) echo "pacman -S --needed $*" ;;
  esac
}

# there PROGRAMS: succeeds if one of them (separated by commas) can be run.
there() {
  local program
  for program in ${1//,/ }; do
    case $program in
      -) ;;
      perf) perf --version >/dev/null 2>&1 && return 0 ;;  # Ubuntu's perf is a script that looks for the perf of this kernel
      *) command -v "$program" >/dev/null && return 0 ;;
    esac
  done
  return 1
}

# lacking GROUP...: prints a line for each missing package: need, its names (alternatives separated by |), purpose.
lacking() {
  local group need debian ubuntu fedora arch programs purpose names
  # shellcheck disable=SC2034  # read by the name in `system`
  while read -r group need debian ubuntu fedora arch programs purpose; do
    if [[ -z $group || " $* " != *" $group "* ]] || there "$programs"; then
      continue
    fi
    [[ $ubuntu == = ]] && ubuntu=$debian
    names=${!system}
    if [[ $names == - ]]; then
      continue
    fi
    # Debian's npm works only with Debian's Node.js, so it is not installed beside another Node.js.
    if [[ $debian == npm && $system == @(debian|ubuntu) ]] && there node,nodejs &&
      [[ $(dpkg-query -W -f '${Version}' nodejs 2>/dev/null) != *dfsg* ]]; then
      echo "npm is missing beside $(node --version). If the build asks for it, install the npm of that Node.js." >&2
      continue
    fi
    for names in ${names//,/ }; do
      # Any of the alternatives is enough.
      local -a alternatives
      IFS='|' read -r -a alternatives <<<"$names"
      if (($(missing_of "${alternatives[@]}" | wc -l) == ${#alternatives[@]})); then
        echo "$need $names $purpose"
      fi
    done
  done <<<"$package_table"
}

# choose: puts the names of `missing` that the system's lists have into `chosen_required` and `chosen_optional`. For the others
# it says what they are needed for.
choose() {
  local need names purpose name
  local -a alternatives
  chosen_required=() chosen_optional=()
  while read -r need names purpose; do
    IFS='|' read -r -a alternatives <<<"$names"
    for name in "${alternatives[@]}" ''; do
      if [[ -z $name ]]; then
        if [[ $need == required ]]; then
          echo "This system's package lists have no ${names//|/ or }. The build needs it (for $purpose), from elsewhere then." >&2
        else
          echo "This system's package lists have no ${names//|/ or }, so this goes without: $purpose." >&2
        fi
      elif known "$name"; then
        if [[ $need == required ]]; then chosen_required+=("$name"); else chosen_optional+=("$name"); fi
        break
      fi
    done
  done <<<"$missing"
}

# may_install: succeeds if this user can install packages and agrees; sets `as_root`. Asks an ordinary user on a terminal.
may_install() {
  local answer
  as_root=()
  if ((EUID == 0)); then
    return 0
  fi
  as_root=(sudo)
  if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    echo "This user cannot install packages." >&2
    return 1
  fi
  if [[ -t 0 ]]; then
    read -r -p "Install them with sudo? [Y/n] " answer
    [[ ! $answer =~ ^[Nn] ]]
  fi
}

# install_packages GROUP...: lists and installs the missing packages of these groups of the table. Does nothing if none is
# missing. With install=no it lists them and installs nothing. Fails if a required package cannot be installed, never for an
# optional one.
install_packages() {
  local system missing log name
  local -a as_root chosen_required chosen_optional names required
  system=$(this_system)
  if [[ -z $system ]]; then
    echo "This system's packages are not known here, so they are left as they are. On Debian these would be needed:" >&2
    awk -v groups=" $* " 'index(groups, " " $1 " ") && NF { print "  " $3 " (" $2 ")" }' <<<"$package_table" >&2
    return 0
  fi
  missing=$(lacking "$@")
  if [[ -z $missing ]]; then
    return 0
  fi
  mapfile -t names < <(awk '{ print $2 }' <<<"$missing" | sed 's/|.*//' | awk '!seen[$0]++')
  mapfile -t required < <(awk '$1 == "required" { print $2 }' <<<"$missing" | sed 's/|.*//' | awk '!seen[$0]++')
  echo "Missing packages: ${names[*]}"
  if [[ $install == no ]]; then
    echo "They are not installed (--no-install)."
    return 0
  fi
  if ! may_install; then
    if ((${#required[@]} == 0)); then
      echo "None of them is required; going on without." >&2
      return 0
    fi
    echo "As root, run: $(by_hand "${names[@]}")" >&2
    echo "or call this again with --no-install, to build with what is there." >&2
    return 1
  fi

  log=$(mktemp "${TMPDIR:-/tmp}/copybench-packages.XXXXXX")
  # If the lists cannot be fetched, the packages may still be in a cache, so the installation is tried all the same.
  refresh_lists >"$log" 2>&1 </dev/null || echo "The package lists could not be refreshed; trying with those that are there." >&2
  choose
  if ((${#chosen_required[@]} > 0)); then
    echo "Installing ${#chosen_required[@]} packages: ${chosen_required[*]}"
    if ! install_names "${chosen_required[@]}" >>"$log" 2>&1 </dev/null; then
      grep -iE '^(E|W|Err|error)(:|\b)' "$log" | tail -n 10 >&2 || true
      echo "The packages could not be installed; the output is in $log. As root, run: $(by_hand "${chosen_required[@]}")" >&2
      return 1
    fi
  fi
  # One at a time, so that a package that cannot be installed does not prevent the others.
  for name in "${chosen_optional[@]}"; do
    echo "Installing $name (optional)"
    if ! install_names "$name" >>"$log" 2>&1 </dev/null; then
      echo "$name could not be installed; the output is in $log. Going on without it." >&2
    fi
  done
}

# The sources of each target are compiled as one (UNITY_BUILD): the libraries' templates are instantiated once per target, which
# takes a quarter of the time. For work on a few sources, use a separate build folder without it.
# configure SOURCE BUILD LOG OPTION...: keeps the generator of an existing build folder. Starts over in a folder that was
# configured for another checkout or compiler.
configure() {
  local source=$1 build=$2 log=$3 home compiler
  shift 3
  if ! command -v cmake >/dev/null; then
    echo "cmake is missing; without --no-install it is installed." >&2
    return 1
  fi
  local -a options=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 "$@")
  mkdir -p "$build"
  if [[ -f $build/CMakeCache.txt ]]; then
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
    compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=\(.*\/\)\?//p' "$build/CMakeCache.txt")
    if [[ $home != "$source" || " ${options[*]}" == *" -DCMAKE_CXX_COMPILER="* && " ${options[*]} " != *"=$compiler "* ]]; then
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

# has_fuzzer: succeeds if clang++ and its libFuzzer are installed. Some systems have libFuzzer as a separate package.
has_fuzzer() {
  clang++ -x c++ -fsanitize=fuzzer,address -o /dev/null - 2>/dev/null \
    <<<'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }'
}

# build BUILD LOG WHAT ARGUMENT...: shows its progress, in one line on a terminal and in one line per quarter elsewhere.
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

# build_for_use BUILD LOG WHAT ARGUMENT...: as build, but no warning stops it. tests/run makes warnings errors in the folder that
# both share, and a newer compiler may have new ones.
build_for_use() {
  if build "$@"; then
    return 0
  fi
  if ! grep -q 'COPYBENCH_WERROR:BOOL=ON' "$1/CMakeCache.txt" || ! grep -q 'error: .*\[-Werror' "$2"; then
    return 1
  fi
  echo "These are warnings, which tests/run made errors. Building without that." >&2
  cmake -B "$1" -DCOPYBENCH_WERROR=OFF >>"$2" 2>&1
  build "$@"
}
