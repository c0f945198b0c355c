"""What the benchmarks share: servers, their CPU and memory, load with wrk, requests. Standard library only.

The data and the databases are those of the peer rig (RIG, its folder). benches/rig/prepare loads them.
"""
import json, os, re, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.error, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(HERE)
RIG = os.environ.get("RIG") or sys.exit("RIG is not set: the folder of the peer rig")
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(REPOSITORY, "target"))
KAIFONG = os.environ.get("RIG_KAIFONG", os.path.join(TARGET, "release", "kaifong"))
HZ = os.sysconf("SC_CLK_TCK")


def pg_port():
    return os.environ.get("RIG_PGPORT", "55432")


def pg_env():
    return dict(os.environ, PGHOST="127.0.0.1", PGPORT=pg_port())


def psql(database, *statements, user="rig_super"):
    args = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", database]
    for statement in statements:
        args += ["-c", statement]
    env = dict(pg_env(), PGOPTIONS="-c client_min_messages=warning")
    return subprocess.run(args, env=env, check=True, capture_output=True, text=True).stdout.strip()


def postmaster():
    """Starts the rig's cluster unless it is up; its process id."""
    out = subprocess.run([os.path.join(RIG, "pg.sh"), "start"], check=True, capture_output=True, text=True).stdout
    return int(out.strip().splitlines()[-1])


def prepare(kind, data=None):
    """Loads the rig's data (or that of another folder) with benches/rig/prepare; what it took."""
    env = dict(os.environ, RIG=RIG)
    if data:
        env["RIG_DATA"] = data
    begun = time.monotonic()
    subprocess.run(["bash", os.path.join(HERE, "rig", "prepare"), kind], cwd=RIG, env=env, check=True)
    return time.monotonic() - begun


def folder(kind):
    return os.path.join(RIG, "var", "kaifong-" + kind)


def database_url(kind):
    if kind == "postgres":
        return "postgres://rig_owner@127.0.0.1:%s/kaifong" % pg_port()
    return "sqlite:%s/kaifong.db" % folder(kind)


def token(kind, who):
    with open(os.path.join(folder(kind), who + ".token")) as file:
        return file.read().strip()


# ---------- processes ----------
def tree(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as file:
                    stat = file.read()
                parent = int(stat[stat.rindex(")") + 2:].split()[1])
                children.setdefault(parent, []).append(int(name))
            except OSError:
                pass
    found, todo = [], [root]
    while todo:
        process = todo.pop()
        found.append(process)
        todo += children.get(process, [])
    return found


def cpu(root):
    """Seconds of CPU, user and system, of a process and all that it started."""
    ticks = 0
    for process in tree(root):
        try:
            with open("/proc/%d/stat" % process) as file:
                stat = file.read()
            fields = stat[stat.rindex(")") + 2:].split()
            ticks += sum(int(field) for field in fields[11:15])
        except OSError:
            pass
    return ticks / HZ


def rss(root):
    """Resident memory in KiB."""
    with open("/proc/%d/status" % root) as file:
        return int(re.search(r"^VmRSS:\s+(\d+)", file.read(), re.M).group(1))


class Server:
    """A process that answers at a port of this machine."""

    def __init__(self, name, argv, env, port, ready):
        self.name, self.port, self.url = name, port, "http://127.0.0.1:%d" % port
        self.log = tempfile.NamedTemporaryFile("w", prefix="bench-%s-" % name, suffix=".log", delete=False)
        begun = time.monotonic()
        self.process = subprocess.Popen(argv, env=dict(os.environ, **env), stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, start_new_session=True)
        while True:
            if self.process.poll() is not None or time.monotonic() - begun > 60:
                self.stop()
                sys.exit("%s did not start; see %s" % (name, self.log.name))
            try:
                if self.get(ready) == 200:
                    break
            except OSError:
                pass
            time.sleep(0.002)
        self.started = time.monotonic() - begun
        self.pid = self.process.pid

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def ask(self, query, variables=None, token=None):
        """The status, the answer and the seconds that it took."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        headers = {"content-type": "application/json", "accept": "application/json"}
        if token:
            headers["authorization"] = "Bearer " + token
        request = urllib.request.Request(self.url + "/graphql", data=body, headers=headers)
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        took = time.perf_counter() - begun
        return status, json.loads(text), took

    def load(self, bodies, token=None, seconds=8, connections=8, warm=2, pg=None):
        """CPU milliseconds per request of the server, and of PostgreSQL, under wrk; and its figures."""
        self.wrk(bodies, token, warm, connections)
        time.sleep(0.3)
        mine, theirs = cpu(self.pid), cpu(pg) if pg else 0
        found = self.wrk(bodies, token, seconds, connections)
        mine, theirs = cpu(self.pid) - mine, (cpu(pg) if pg else 0) - theirs
        requests = max(1, found["requests"])
        bad = sum(found["err_" + kind] for kind in ("status", "connect", "read", "write", "timeout"))
        if bad:
            sys.exit("%s: %d requests failed" % (self.name, bad))
        return {"server_ms": mine * 1000 / requests, "pg_ms": theirs * 1000 / requests if pg else 0.0,
                "ms": (mine + theirs) * 1000 / requests, "rps": requests / (found["us"] / 1e6), "p50_ms": found["p50"],
                "bytes": found["bytes"] / requests}

    def wrk(self, bodies, token, seconds, connections):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/bodies", "w", encoding="utf-8") as file:
                file.writelines(json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n" for body in bodies)
            with open(folder + "/headers", "w") as file:
                file.write("authorization: Bearer %s\n" % token if token else "")
            env = dict(os.environ, RIG_BODIES=folder + "/bodies", RIG_HEADERS=folder + "/headers")
            out = subprocess.run(["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "20s",
                                  "-s", os.path.join(RIG, "tools", "wrk.lua"), self.url + "/graphql"],
                                 env=env, capture_output=True, text=True).stdout
        return json.loads(re.search(r"RESULT (\{.*\})", out).group(1))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def kaifong(kind, policies=None, name="kaifong", **settings):
    """Kaifong over the prepared database, as in production."""
    port = free_port()
    env = {"KAIFONG_DATA_DIR": folder(kind), "KAIFONG_DATABASE_URL": database_url(kind)}
    if policies:
        env["KAIFONG_POLICIES_DIR"] = policies
        env["KAIFONG_REQUIRE_PROOF"] = "false"  # sets that are only measured are not proved
    env.update(settings)
    return Server(name, [KAIFONG, "serve", "--listen", "127.0.0.1:%d" % port], env, port, "/readyz")


def build(kind="kaifong"):
    """Builds what is missing, for release."""
    if kind == "kaifong" and not os.access(KAIFONG, os.X_OK):
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=REPOSITORY, check=True)
    if kind == "bare":
        bare = os.path.join(HERE, "bare")
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=bare, check=True,
                       env=dict(os.environ, CARGO_TARGET_DIR=TARGET))
        return os.path.join(TARGET, "release", "bare")
    return KAIFONG


def medians(rounds):
    """The median of each figure over several rounds."""
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


def table(head, rows):
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def keep(name, figures):
    """Keeps the figures of a benchmark in RIG/results for benches/run."""
    os.makedirs(os.path.join(RIG, "results"), exist_ok=True)
    with open(os.path.join(RIG, "results", name + ".json"), "w") as file:
        json.dump(figures, file, indent=1)
