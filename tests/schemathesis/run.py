"""Holds a running server against its own OpenAPI document, for each role: `run.py BINARY [--examples N]`.

The server has simulated voters and a time of its own; it listens on loopback. At the end it must be as sound as at the
beginning: it answers, its database is checked, and its log tells of no mistake.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
ROLES = ["texter", "vetted_texter", "captain", "admin", "owner"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
]


# Bodies that are no JSON, or that no reader should trust. The strings among them stand where a string is asked for.
STRANGE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"\xff\xfe"',
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"{" * 100_000,
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"act":"close","act":"pause","contact":1,"contact":1e400}',
    b'{"contact":99999999999999999999999999}',
    b'{"want":-1}',
    b'{"want":1.5}',
    b"NaN",
    b'{"act":"note","contact":1,"text":"\xed\xa0\x80"}',
    b" " * 5_000_000,
]
ESCAPES = [r"\ud800", r"\udc00\ud800", r"\u0000", r"\x", r"\ud83d\u0041", "\n", "\x1b"]


def strange(server, document, token):
    """Sends what no JSON library would write to every operation that takes a body; says what was answered wrongly."""
    faults = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation:
                continue
            examples = operation["requestBody"]["content"]["application/json"]["examples"]
            example = json.dumps(next(iter(examples.values()))["value"])
            word = re.search(r'": "([^"]{3,})"', example)
            bodies = STRANGE + [
                example.replace(word[1], escape).encode() for escape in ESCAPES if word
            ]
            address = server.url + re.sub(r"{(id|n)}", "7", re.sub(r"{(claim|import)}", str(uuid.uuid4()), path))
            if operation["operationId"] in ("send", "act"):
                address = server.url + path.replace("{id}", str(uuid.uuid4()))
            for body in bodies:
                headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
                answer = requests.request(method, address, data=body, headers=headers, timeout=60)
                told = operation["responses"].get(str(answer.status_code))
                right = told is not None and 400 <= answer.status_code < 500
                kind = answer.headers.get("content-type")
                if not right or kind != "application/problem+json" or "code" not in answer.json():
                    said = f"{answer.status_code} {kind} {answer.text[:200]}"
                    faults.append(f"{method} {path} {body[:60]!r}: {said}")
            for headers in ({"Content-Type": "text/plain"}, {}, {"Content-Encoding": "gzip"}):
                headers = {"Authorization": f"Bearer {token}", **headers}
                answer = requests.request(method, address, data=b"\x1f\x8bnonsense", headers=headers, timeout=60)
                if str(answer.status_code) not in operation["responses"] or answer.ok:
                    faults.append(f"{method} {path} {headers}: {answer.status_code} {answer.text[:200]}")
    return faults


class Server:
    """`textbank serve` with one campaign and somebody of each role."""

    def __init__(self, binary, home, database):
        self.binary, self.home = binary, home
        own = {
            "TEXTBANK_HOME": str(home),
            "TEXTBANK_SERVE_REQUESTS_PER_ACCOUNT": "0",
            "TEXTBANK_SERVE_REQUESTS_PER_ADDRESS": "0",
        }
        self.environment = {**os.environ, **own}
        where = ["--database", database] if database else ["--data", str(home / "server"), "--rehearsal-clock"]
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--simulated-voters", *where]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        told = {}
        for line in self.process.stdout:
            for name, pattern in (
                ("url", r"Listening on (http://\S+)"),
                ("figures", r"Figures for Prometheus: (http://\S+)"),
                ("invite", r"^http://\S+/join#(\S+)"),
            ):
                if found := re.search(pattern, line):
                    told[name] = found[1]
            if "invite" in told:
                break
        if "invite" not in told:
            sys.exit("the server did not start")
        self.url, self.figures, self.invite = told["url"], told["figures"], told["invite"]
        # What it says later on is not read, and must not fill the pipe.
        self.rest = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)

    def call(self, method, path, token=None, **body):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = requests.request(method, self.url + "/api/v1" + path, headers=headers, timeout=60, **body)
        if not response.ok:
            sys.exit(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    def join(self, invite, name):
        device = str(uuid.uuid4())
        return self.call("POST", "/join", json={"invite": invite, "name": name, "device": device})

    def world(self, seed):
        """Somebody of each role, and a campaign with a slice in each hand."""
        owner = self.join(self.invite, "Owner")
        token = owner["token"]
        self.call("PUT", "/conduct", token, json={"texts": {}})
        tokens = {"owner": token}
        people = {"owner": owner["me"]["person"]}
        for role in ROLES[:-1]:
            wanted = {"role": role, "uses": 1, "valid_seconds": 3600}
            joined = self.join(self.call("POST", "/invites", token, json=wanted)["secret"], role)
            tokens[role], people[role] = joined["token"], joined["me"]["person"]
        examples = json.loads((HERE.parent.parent / "assets/openapi/examples.json").read_text())
        start = examples["import_start"]["request"]["one"]
        always = {name: "23:59:59" if name.endswith("end") else "00:00:00" for name in start["def"]["hours"]}
        start["def"]["hours"], start["def"]["slice_size"], start["contacts"] = always, 20, 200
        start["def"]["visible_fields"] = ["lastName", "phone", "zip"]
        one = examples["import_chunk"]["request"]["one"]["contacts"][0]
        contacts = [{**one, "phone": f"+1415555{n:04}"} for n in range(200)]
        path = f"/imports/{uuid.uuid4()}"
        campaign = self.call("PUT", path, token, json=start)["campaign"]
        self.call("PUT", path + "/chunks/0", token, json={"contacts": contacts})
        self.call("POST", path + "/finish", token)
        held = []
        for role in ROLES:
            claim = f"/campaigns/{campaign}/claims/{uuid.uuid4()}"
            slice = self.call("PUT", claim, tokens[role], json={})
            held += [contact["id"] for contact in slice["contacts"]]
        sessions = [str(one["id"]) for one in self.call("GET", "/sessions", token)]
        return tokens, {
            "seed": seed,
            "url": self.url,
            "owner": token,
            "sessions": sessions,
            "campaign": [campaign],
            "contact": held,
            "person": list(people.values()),
            "texter": list(people.values()),
        }

    def asked(self):
        """How many requests were answered so far, and how many of them with a 2xx."""
        lines = requests.get(self.figures, timeout=60).text.splitlines()
        counted = [line for line in lines if line.startswith("textbank_http_requests_total{")]
        count = lambda these: int(sum(float(line.rsplit(" ", 1)[1]) for line in these))
        return count(counted), count(line for line in counted if 'status="2' in line)

    def end(self):
        """Ends it in order; what is wrong then."""
        faults = []
        health = requests.get(self.url + "/readyz", timeout=60)
        if not health.ok:
            faults.append(f"it is not well: {health.status_code} {health.text}")
        self.process.terminate()
        if (code := self.process.wait(timeout=120)) != 0:
            faults.append(f"it ended with {code}")
        self.rest.wait(timeout=60)
        logs = "".join(file.read_text(errors="replace") for file in self.home.rglob("*.log"))
        if not logs:
            faults.append("there is no log")
        faults += [f"its log: {line}" for line in logs.splitlines() if " ERROR " in line or "a mistake" in line][:20]
        return faults


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary")
    options.add_argument("--examples", type=int, default=60, help="random requests for each operation and role")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--roles", default=",".join(ROLES))
    options.add_argument("--operation", help="this one alone")
    options.add_argument("--document", help="this document in place of the server's own")
    options.add_argument("--database", help="a PostgreSQL in place of a file")
    options = options.parse_args()
    faults = []
    with tempfile.TemporaryDirectory() as home:
        server = Server(options.binary, Path(home), options.database)
        tokens, world = server.world(options.seed)
        environment = {**os.environ, "PYTHONPATH": str(HERE), "TEXTBANK_WORLD": json.dumps(world)}
        environment |= {"SCHEMATHESIS_HOOKS": "hooks", "NO_COLOR": "1"}
        for role in options.roles.split(","):
            before, _ = server.asked()
            command = [
                Path(sys.executable).parent / "schemathesis",
                "--config-file", HERE / "schemathesis.toml",
                "run", options.document or server.url + "/api/v1/openapi.json",
                "--url", server.url,
                "--header", f"Authorization: Bearer {tokens[role]}",
                "--checks", ",".join(CHECKS),
                "--phases", "examples,coverage,fuzzing",
                "--max-examples", str(options.examples),
                "--seed", str(options.seed),
                "--continue-on-failure",
            ]  # fmt: skip
            if options.operation:
                command += ["--include-operation-id", options.operation]
            print(f"== as {role}", flush=True)
            if subprocess.run(command, env=environment, cwd=home).returncode != 0:
                faults.append(f"as {role}: see above")
            # Otherwise all that was asked after it was refused for a reason that has nothing to do with it.
            for path in ("/me", f"/campaigns/{world['campaign'][0]}/assignment"):
                headers = {"Authorization": f"Bearer {tokens[role]}"}
                answer = requests.get(server.url + "/api/v1" + path, headers=headers, timeout=60)
                if not answer.ok:
                    faults.append(f"as {role}: afterwards {path} is {answer.status_code} {answer.text}")
            print(f"-- {server.asked()[0] - before} requests as {role}", flush=True)
        document = requests.get(server.url + "/api/v1/openapi.json", timeout=60).json()
        for role in options.roles.split(",") if not options.operation else []:
            faults += [f"as {role}: {fault}" for fault in strange(server, document, tokens[role])]
        asked, answered = server.asked()
        faults += server.end()
        if not options.database:
            check = [options.binary, "db", "check", "--data", str(Path(home) / "server")]
            done = subprocess.run(check, env=server.environment, capture_output=True, text=True)
            if done.returncode != 0:
                faults.append(f"the database: {done.stdout} {done.stderr}")
    print(f"{asked} requests, {answered} of them granted; {len(faults)} faults")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
