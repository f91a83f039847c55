# What bench and its siblings share; to be sourced, with the root of the repository as the working directory.
# shellcheck shell=bash

readonly OUT=target/bench
THREADS=2
readonly USERS=100000
readonly HOST=http://127.0.0.1
readonly STOCK=${BENCH_STOCK:-10000000}

CODE=.   # the checkout that is run
JAVA=java # that runs it
RUN=$OUT # its data, logs and users
PIDS=()
SERVICE_PID= SERVICE_URL= ADMIN= SOLD_OUT=

say() { printf '%s\n' "$*" >&2; }
stop_with() { local code=$1; shift; say "$0: $*"; exit "$code"; }

# --- pages --------------------------------------------------------------------------------------------------------------

# Functions for tables in awk: the median of list[1..n], which is in order afterwards, and figures with commas.
# shellcheck disable=SC2034 # used where this is sourced
readonly MEDIAN='
    function median(list, n,   i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && list[j] + 0 < list[j - 1] + 0; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
        return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    function thousands(x,   s) {
        s = x ~ /[^0-9.]/ ? x : sprintf("%.0f", x)
        while (match(s, /[0-9]+[0-9][0-9][0-9]/)) s = substr(s, 1, RSTART + RLENGTH - 4) "," substr(s, RSTART + RLENGTH - 3)
        return s
    }'

readonly PAGE=${BENCH_PAGE:-docs/benchmarks.md}

# Ends this when what is measured could not be measured again: whether it is a quick run, whether the machine may be busy, how
# many rounds. The pages themselves may have changed: several scripts write one after the other.
for_the_page() {
    [[ $1 == no ]] || stop_with 2 "--quick shows that it works, its figures are not for the page"
    [[ $2 == no ]] || stop_with 2 "--force takes a busy machine, its figures are not for the page"
    (($3 >= 5)) || stop_with 2 "the page has medians of five at least, not of $3"
    [[ -z $(changed) ]] || stop_with 2 "the page names a version, and no commit has $(changed | head -1 | cut -c4-)"
}

changed() { git status --porcelain -- . ':!docs'; }
version() { echo "$(git rev-parse --short HEAD)$([[ -z $(changed) ]] || echo ', changed')"; }

# Puts a table into a page, between <!-- name --> and <!-- /name -->: page, name, file.
into() {
    local page=$1 begin="<!-- $2 -->" end="<!-- /$2 -->"
    grep -qF "$begin" "$page" && grep -qF "$end" "$page" || stop_with 1 "$page has no place for the table"
    awk -v report="$3" -v begin="$begin" -v end="$end" '
        $0 == begin { print; print ""; while ((getline line < report) > 0) print line; print ""; skip = 1 }
        $0 == end { skip = 0 }
        !skip' "$page" >"$OUT/page.md" && cp "$OUT/page.md" "$page"
    say "written into $page"
}

# A cell of a table: file, its row's first and second cell (empty: any), the number of its column. Without what makes it bold.
cell() {
    awk -v first="$2" -v second="$3" -v column="$4" -F' *[|] *' '
        $2 == first && (second == "" || $3 == second) { gsub(/[*]/, "", $(column + 1)); print $(column + 1); exit }' "$1"
}

# Puts a figure into the row of the page's first table that is marked <!-- goal name -->, and whether it is what the row asks
# for, which is the first number of its second cell: name, figure, unit.
goal() {
    grep -qF "<!-- goal $1 -->" "$PAGE" || stop_with 1 "$PAGE has no goal $1"
    [[ $2 =~ ^[0-9] ]] || stop_with 1 "nothing was measured for the goal $1"
    awk -v mark="<!-- goal $1 -->" -v figure="$2" -v unit="${3:+ $3}" -F' [|] ' -v OFS=' | ' '
        index($0, mark) {
            asked = $2
            number = figure
            gsub(/,/, "", number)
            match(asked, /[0-9][0-9,.]*/)
            bound = substr(asked, RSTART, RLENGTH)
            gsub(/,/, "", bound)
            reached = index(asked, "≥") ? number + 0 >= bound + 0 : index(asked, "≤") ? number + 0 <= bound + 0 : number + 0 < bound + 0
            $3 = figure unit
            $4 = reached ? "reached" : "**missed**"
        }
        { print }' "$PAGE" >"$OUT/page.md" && cp "$OUT/page.md" "$PAGE"
}

# --- tools, build -----------------------------------------------------------------------------------------------------

need_tools() {
    [[ -r /proc/loadavg ]] || stop_with 2 "needs Linux"
    local tool
    for tool in java mvn curl; do
        command -v "$tool" >/dev/null || stop_with 2 "needs $tool on the PATH"
    done
    local version
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    ((version >= 17)) || stop_with 2 "needs JDK 17 or later, java is $version"
    command -v wrk >/dev/null && return
    if command -v apt-get >/dev/null && ((EUID == 0)); then
        say "installing wrk"
        apt-get install -y -q wrk >/dev/null 2>&1 || { apt-get update -q && apt-get install -y -q wrk; } >/dev/null 2>&1
    fi
    command -v wrk >/dev/null || stop_with 2 "needs wrk (on Debian: apt-get install wrk)"
}

# A figure from a busy machine is worth nothing.
need_quiet() {
    local force=$1 load cores
    cores=$(nproc)
    read -r load _ </proc/loadavg
    awk -v l="$load" -v c="$cores" 'BEGIN { exit !(l > c / 2) }' || return 0
    [[ $force == yes ]] || stop_with 2 "the load average is $load on $cores cores, so figures would be noise; wait, or --force"
    say "the load average is $load on $cores cores: the figures are noise"
}

build() {
    built . || { say "building" && package .; }
    JVM_OPENS=$(sed -n 's:.*<jvm\.opens>\(.*\)</jvm.*>:\1:p' pom.xml)
    JVM_DEV=$(sed -n 's:.*<jvm\.dev>\(.*\)</jvm.*>:\1:p' pom.xml)
    JVM="$JVM_OPENS $JVM_DEV"
    [[ $JVM == *-Xmx* ]] || stop_with 1 "pom.xml has no jvm.dev"
    mkdir -p "$OUT"
}

built() {
    [[ -f $1/target/couponrush.jar && -d $1/target/test-classes/io/couponrush/bench &&
        -z $(find "$1/src" "$1/pom.xml" -newer "$1/target/couponrush.jar" -print -quit) ]]
}

package() {
    (cd "$1" && mvn -q -DskipTests package) || stop_with 1 "the build failed"
    touch "$1/target/couponrush.jar"
}

# --- processes --------------------------------------------------------------------------------------------------------

# Every process is ended by its id, whatever ended this script; the databases go with the service.
clean_up() {
    local code=$? pid
    trap '' INT TERM
    for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
    for pid in "${PIDS[@]}"; do gone "$pid" 30 || kill -9 "$pid" 2>/dev/null; done
    return "$code"
}

guard() {
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

gone() {
    local i
    for ((i = 0; i < $2 * 10; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}

await_line() {
    local pid=$1 log=$2 line=$3 i
    for ((i = 0; i < 900; i++)); do
        grep -q "$line" "$log" && return
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -20 "$log" >&2
    stop_with 1 "a server did not start; its log is $log"
}

free_port() {
    local port
    for ((port = 18200 + RANDOM % 400; ; port++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# The service with its default settings and the embedded servers, on the data of this run. Does not wait for it. Arguments are
# more settings, as NAME=VALUE, and more JVM options.
launch_service() {
    local name argument settings=() options=()
    for name in ${!COUPONRUSH_@}; do unset "$name"; done
    for argument; do [[ $argument == COUPONRUSH_*=* ]] && settings+=("$argument") || options+=("$argument"); done
    : >"$RUN/service.log" # what the last one said must not pass for this one's words
    # shellcheck disable=SC2086 # options are several words
    env COUPONRUSH_CONFIG="$CODE/conf/couponrush.yaml" COUPONRUSH_HTTP_PORT=0 COUPONRUSH_DATA_DIR="$RUN/data" "${settings[@]}" \
        "$JAVA" $JVM "${options[@]}" -jar "$CODE/target/couponrush.jar" dev >"$RUN/service.log" 2>&1 &
    SERVICE_PID=$!
    PIDS+=("$SERVICE_PID")
}

# That service on new data, once it is up, with users for the load. Arguments as before.
start_service() {
    mkdir -p "$RUN"
    rm -rf "$RUN/data"
    launch_service "$@"
    await_line "$SERVICE_PID" "$RUN/service.log" 'CouponRush is up'
    SERVICE_URL=$(sed -n 's|.*Shop *\(https*\)://[^:]*:\([0-9]*\)/.*|\1://127.0.0.1:\2|p' "$RUN/service.log")
    BENCH_POSTGRES_URI=postgresql://couponrush:$(<"$RUN/data/secrets/postgres")@127.0.0.1:$(sed -n 4p \
        "$RUN/data/postgres/data/postmaster.pid")/couponrush
    BENCH_REDIS_URI=redis://:$(<"$RUN/data/secrets/redis")@127.0.0.1:$(sed -n 's/^port //p' "$RUN/data/redis/redis.conf")
    export BENCH_POSTGRES_URI BENCH_REDIS_URI
    ADMIN=$(api /api/auth/login '{"email":"admin@demo.couponrush.example","password":"admin-runs-campaigns"}' |
        sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
    say "making $USERS users"
    api /api/loadtest/users '{"count":'$USERS'}' >"$RUN/users.csv" || stop_with 1 "no users for the load"
    (($(wc -l <"$RUN/users.csv") == USERS)) || stop_with 1 "not $USERS users in $RUN/users.csv"
}

# So many nodes as one cluster, on the servers of the first, which speak of each other's ports; the roles of all but the first,
# more settings as NAME=VALUE. SERVICE_URL has the URLs with commas between, NODES the ids of the processes.
start_cluster() {
    local count=$1 roles=$2 ports=() members i settings
    for ((i = 0; i < count; i++)); do ports+=("$((22600 + (RANDOM % 200) * 10 + i))"); done
    members=$(printf ',127.0.0.1:%s' "${ports[@]}")
    settings=(COUPONRUSH_CLUSTER_ENABLED=true "COUPONRUSH_CLUSTER_NAME=bench-$$" "COUPONRUSH_CLUSTER_MEMBERS=${members:1}"
        "COUPONRUSH_JWT_SECRET=$(openssl rand -hex 32)" "${@:3}")
    start_service "${settings[@]}" "COUPONRUSH_CLUSTER_PORT=${ports[0]}"
    NODES=("$SERVICE_PID")
    for ((i = 1; i < count; i++)); do
        : >"$RUN/node$i.log"
        # shellcheck disable=SC2086 # options are several words
        env COUPONRUSH_HTTP_PORT=0 "COUPONRUSH_DATA_DIR=$RUN/node$i" COUPONRUSH_ROLES="$roles" \
            "COUPONRUSH_POSTGRES_URI=$BENCH_POSTGRES_URI" "COUPONRUSH_REDIS_URI=$BENCH_REDIS_URI" "${settings[@]}" \
            "COUPONRUSH_CLUSTER_PORT=${ports[i]}" java $JVM -jar "$CODE/target/couponrush.jar" dev >"$RUN/node$i.log" 2>&1 &
        NODES+=("$!")
        PIDS+=("$!")
        await_line "$!" "$RUN/node$i.log" 'CouponRush is up'
        SERVICE_URL+=,$HOST:$(sed -n 's|.*Shop .*://[^:]*:\([0-9]*\)/.*|\1|p' "$RUN/node$i.log")
    done
}

# A certificate of its own for 127.0.0.1, which curl trusts from here on; sets tls to the settings of a service that has it.
make_certificate() {
    command -v openssl >/dev/null || stop_with 2 "needs openssl on the PATH"
    local at=$PWD/$OUT/tls
    mkdir -p "$at"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$at/key.pem" -out "$at/certificate.pem" 2>"$at/log" ||
        stop_with 1 "openssl made no certificate; its log is $at/log"
    export CURL_CA_BUNDLE=$at/certificate.pem
    tls=("COUPONRUSH_HTTP_TLS_CERTIFICATE=$at/certificate.pem" "COUPONRUSH_HTTP_TLS_KEY=$at/key.pem")
}

# One of the reference programs of the test tree: class, port, more arguments. Its pid is in REFERENCE_PID.
start_reference() {
    local class=$1
    : >"$OUT/$class.log"
    # shellcheck disable=SC2086
    java $JVM -cp "target/test-classes:target/classes:target/lib/*" "io.couponrush.bench.$class" "${@:2}" \
        >"$OUT/$class.log" 2>&1 &
    REFERENCE_PID=$!
    PIDS+=("$REFERENCE_PID")
    await_line "$REFERENCE_PID" "$OUT/$class.log" '^listening'
}

# A program of the test tree that drives load: class, arguments. Its process is ended with this script.
run_java() {
    local class=$1 package=io.couponrush.bench
    [[ $class == *.* ]] && package=io.couponrush.${class%.*} class=${class##*.}
    java -Xmx1g -XX:+UseParallelGC -cp "target/test-classes:target/classes:target/lib/*" "$package.$class" "${@:2}" \
        2>"$OUT/$class.log" &
    local pid=$! code
    PIDS+=("$pid")
    wait "$pid" # so that a signal is heard at once
    code=$?
    unset 'PIDS[-1]'
    return "$code"
}

# Holds what a load was told, a result with its coupons beside it, against the books of the service that runs.
verify_run() {
    scripts/loadtest/verify "$1" --answers "$1.log" --data "$RUN/data" --patience 120 ||
        stop_with 1 "FAILED: what was told is not what is in the books"
}

databases() { java -cp "target/test-classes:target/classes:target/lib/*" io.couponrush.bench.Databases "$@" 2>"$OUT/databases.log"; }

# --- the service's own words ------------------------------------------------------------------------------------------

api() { curl -sS --fail-with-body --max-time 60 "${SERVICE_URL%%,*}$1" -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $ADMIN" -d "$2"; }

# Makes a campaign of so many units that everybody may claim a hundred times; prints its id.
campaign() {
    api /api/admin/events '{"title":"Benchmark","totalCount":'"$1"',"startTime":"2026-01-01T00:00:00Z",
        "endTime":"2099-01-01T00:00:00Z","maxPerUser":100,"discountType":"percentage","discountValue":10,
        "minPurchaseAmount":10000}' | sed -n 's/.*"eventId":\([0-9]*\).*/\1/p'
}

# One coupon, as the first user.
claim_one() {
    curl -sS --fail-with-body --max-time 5 "$SERVICE_URL/api/coupons/issue" -H 'Content-Type: application/json' \
        -H "Authorization: Bearer $(head -1 "$RUN/users.csv" | cut -d, -f2)" -d '{"eventId":'"$1"'}'
}

issued_count() { curl -sS --fail "$SERVICE_URL/api/coupons/events/$1" | sed 's/.*"issuedCount":\([0-9]*\).*/\1/'; }

# The count once nothing is under way any more; what the public reads may be a second old.
settled_count() {
    local last=-1 count i
    for ((i = 0; i < 20; i++)); do
        count=$(issued_count "$1")
        ((count == last)) && break
        last=$count
        sleep 1.2
    done
    echo "$last"
}

# Claims so far by outcome: "outcome count" lines.
outcomes() {
    curl -sS --fail "$SERVICE_URL/metrics" |
        sed -n 's/^couponrush_claims_total{outcome="\([^"]*\)"} \(.*\)/\1 \2/p' | awk '{ printf "%s %d\n", $1, $2 }'
}

# What came on top between two such lists, without the zeros: "outcome=count outcome=count".
grown() { awk 'NR == FNR { was[$1] = $2; next } $2 - was[$1] { printf "%s=%d ", $1, $2 - was[$1] }' <(echo "$1") <(echo "$2"); }

# --- load -------------------------------------------------------------------------------------------------------------

# Drives claims at a server, or at several in turns: urls and events with commas between, connections, seconds. Sets requests, micros, above399, broken, timeouts, p50, p99.
drive() {
    local result
    BENCH_USERS=$RUN/users.csv BENCH_EVENTS=$2 BENCH_THREADS=$THREADS BENCH_SERVERS=$1 \
        wrk -t$THREADS -c"$3" -d"$4s" -s scripts/loadtest/wrk/claim.lua "${1%%,*}" >"$OUT/wrk.log" 2>&1 &
    local pid=$!
    PIDS+=("$pid")
    wait "$pid" # so that a signal is heard at once
    unset 'PIDS[-1]'
    result=$(sed -n 's/^RESULT //p' "$OUT/wrk.log")
    [[ -n $result ]] || { cat "$OUT/wrk.log" >&2; stop_with 1 "wrk did not finish"; }
    local pair
    for pair in $result; do printf -v "${pair%%=*}" %s "${pair#*=}"; done
    rate=$(awk -v n="$requests" -v t="$micros" 'BEGIN { printf "%.0f", n * 1e6 / t }')
}

busy_ticks() { awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9, $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9; exit }' /proc/stat; }

# Waits until the last round has died away: less than a tenth of the processor in use, for so many seconds at most.
calm_down() {
    local i before after
    for ((i = 0; i < $1; i++)); do
        before=$(busy_ticks)
        sleep 1
        after=$(busy_ticks)
        echo "$before $after" | awk '{ exit !(($3 - $1) < 0.1 * ($4 - $2)) }' && return
    done
    UNCALM=$((${UNCALM:-0} + 1))
}

# Ticks that the machine beneath took from this one, and all there were.
stolen() { awk '/^cpu / { print $9, $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9; exit }' /proc/stat; }
stolen_since() { echo "$1 $(stolen)" | awk '{ printf "%.1f %%", 100 * ($3 - $1) / ($4 - $2 > 0 ? $4 - $2 : 1) }'; }

# How the clock of the processor is governed, where that can be seen.
governor() {
    local file=/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor
    [[ -r $file ]] && echo " (governor $(<"$file"))"
}

# Ticks that the optimising compiler of a JVM has had.
compiler_ticks() {
    cat /proc/"$1"/task/*/stat 2>/dev/null | sed -n 's/.*(C2 Comp[^)]*) //p' | awk '{ n += $12 + $13 } END { print n + 0 }'
}

# Rounds of claims at the service: connections, seconds. Each sets $wrong to what does not add up.
durable_round() {
    local event before after rows
    event=$(campaign "$STOCK")
    [[ -n $event ]] || stop_with 1 "no campaign could be opened"
    before=$(outcomes)
    drive "$SERVICE_URL" "$event" "$1" "$2"
    rows=$(settled_count "$event")
    after=$(outcomes)
    wrong=$(wrong_with_issuing "$requests" "$above399" "$broken" "$1" "$rows" "$(grown "$before" "$after")")
}

refusals_round() {
    local before after
    before=$(outcomes)
    drive "$SERVICE_URL" "$SOLD_OUT" "$1" "$2"
    sleep 0.5
    after=$(outcomes)
    wrong=$(wrong_with_refusing "$requests" "$above399" "$broken" "$1" "$(settled_count "$SOLD_OUT")" \
        "$(grown "$before" "$after")")
}

# A campaign of one coupon, and that coupon taken: its id is in SOLD_OUT, its coupon in $RUN/coupon.json.
sell_out() {
    SOLD_OUT=$(campaign 1)
    claim_one "$SOLD_OUT" >"$RUN/coupon.json" || stop_with 1 "the first claim failed: $(<"$RUN/coupon.json")"
}

# The processes that a process started, and theirs.
descendants() {
    local child
    for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do
        echo "$child"
        descendants "$child"
    done
}

# Ticks that these processes and all that they started have had.
ticks_of() {
    local pid all=()
    for pid; do all+=("$pid" $(descendants "$pid")); done
    for pid in "${all[@]}"; do cat "/proc/$pid/stat" 2>/dev/null; done |
        sed 's/.*) //' | awk '{ n += $12 + $13 } END { print n + 0 }'
}

# --- what must hold ---------------------------------------------------------------------------------------------------
# Each prints what is wrong, and nothing when all is right. Of the requests that wrk sent, those under way when it stopped
# were not counted by it but may well have been answered: one a connection at most.

# requests, above399, broken, connections, rows, what the service counted
wrong_with_issuing() {
    local created=$(($1 - $2)) beyond=$(($5 - ($1 - $2)))
    (($1 > 0)) || echo "nothing was answered"
    (($2 == 0)) || echo "$2 of $1 answers were not 201"
    (($3 == 0)) || echo "$3 connections broke"
    ((beyond >= 0)) || echo "$created answers said 201, but there are only $5 rows: $((-beyond)) acknowledged and lost"
    ((beyond <= $4)) || echo "$5 rows for $created answers 201: $beyond more, and only $4 can have been under way"
    [[ $6 == "issued=$5 " ]] || echo "the service counted $6, the database $5 rows"
}

# requests, above399, broken, connections, rows (before any of this: 1), what the service counted
wrong_with_refusing() {
    local told=${6#COUPON_SOLD_OUT=}
    (($1 > 0)) || echo "nothing was answered"
    (($2 == $1)) || echo "$(($1 - $2)) of $1 answers were no refusal"
    (($3 == 0)) || echo "$3 connections broke"
    (($5 == 1)) || echo "a campaign of one coupon has $5 rows"
    [[ $6 =~ ^COUPON_SOLD_OUT=[0-9]+\ $ ]] && ((told >= $1 && told <= $1 + $4)) ||
        echo "$1 answers above 399, and the service counted $6"
}

# requests, above399, broken
wrong_with_bare() {
    (($1 > 0)) || echo "nothing was answered"
    (($2 == 0)) || echo "$2 of $1 answers were not 201"
    (($3 == 0)) || echo "$3 connections broke"
}

# requests, above399, broken, connections, rows
wrong_with_textbook() { wrong_with_issuing "$@" "issued=$5 "; }
