"""What schemathesis does not know by itself: hostile text, ids of things that exist, and what must not be asked for."""

import hashlib
import json
import os
import random

import requests
import schemathesis

WORLD = json.loads(os.environ["TEXTBANK_WORLD"])

# Text from strangers at its worst. What is here is tried in the place of every string of every request.
HOSTILE = [
    "\u202egnirts desrever\u202c",
    "\u2066isolated\u2069 \u200e\u200f\u061c",
    "zero\u200bwidth\u200c\u200d\ufeff\u2060",
    "\u0000",
    "before\u0000after",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 50,
    "e" + "\u0301" * 1000,
    "مرحبا بكم في الحملة",
    "שלום\n\u202ehello",
    "one\ntwo\r\nthree\rfour\u2028five\u2029six\u0085seven",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x1b]52;c;aGVsbG8=\x07",
    "\x9b31m\x90q\x9c\x07\x08\x7f",
    "a" * 1601,
    "ü" * 20_001,
    "\U00010348" * 70_000,
    "' OR 1=1; DROP TABLE contacts; --",
    "\\u0000 %00 %s %n ${jndi:ldap://x} {{7*7}} {firstName}",
    "../../../etc/passwd",
    "\ufffe\uffff\U0010ffff",
    "𝔽𝕒𝕟𝕔𝕪 ＦＵＬＬ ﷽",
    "",
    " \t ",
]


def told(seed, *parts):
    """Dice that fall alike for the same request."""
    digest = hashlib.blake2b(json.dumps([seed, *parts], sort_keys=True, default=repr).encode("utf-8", "surrogatepass"))
    return random.Random(digest.digest())


def strings(value, path=()):
    """Where strings stand in a JSON value."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from strings(inner, (*path, at))


def put(value, path, new):
    """The value with another one at this place."""
    if not path:
        return new
    head, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[head] = put(copy[head], rest, new)
    return copy


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def existing(body, dice):
    """The body about campaigns, contacts and people that exist."""
    if isinstance(body, dict):
        for key in ("campaign", "contact", "texter", "person"):
            if is_integer(body.get(key)) and dice.random() < 0.7:
                body = {**body, key: dice.choice(WORLD[key])}
    return body


# Discriminators say what the rest of an object is; without them a request would be about nothing.
FIXED = {"act", "outcome", "entry", "state", "role", "kind", "decision"}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    operation = case.operation.definition.raw["operationId"]
    parameters = case.path_parameters or {}
    mode = getattr(getattr(case.meta, "generation", None), "mode", None)
    positive = mode is not None and mode.value == "positive"
    dice = told(WORLD["seed"], operation, parameters, case.body if not isinstance(case.body, bytes) else "")
    if operation == "events":
        # A feed that is granted has no end.
        case.path_parameters = {**parameters, "id": 987_654}
    elif operation == "revoke_session" and str(parameters.get("id", "")).strip() in WORLD["sessions"]:
        # The sign-ins by which all this is asked.
        case.path_parameters = {**parameters, "id": 987_654}
    elif positive and is_integer(parameters.get("id")) and dice.random() < 0.7:
        about = case.operation.path.removeprefix("/api/v1/").split("/")[0]
        kind = {"campaigns": "campaign", "contacts": "contact", "people": "person"}.get(about)
        if kind:
            case.path_parameters = {**parameters, "id": dice.choice(WORLD[kind])}
    if positive and isinstance(case.body, (dict, list)):
        body = existing(case.body, dice)
        places = [place for place in strings(body) if place and place[-1] not in FIXED]
        if places and dice.random() < 0.6:
            body = put(body, dice.choice(places), dice.choice(HOSTILE))
        case.body = body


@schemathesis.hook
def after_call(ctx, case, response):
    # Rules that were set keep everybody from everything until they are accepted: they are lifted again.
    if case.operation.definition.raw["operationId"] == "set_conduct" and response.status_code == 200:
        lifted = requests.put(
            WORLD["url"] + "/api/v1/conduct",
            json={"texts": {}},
            headers={"Authorization": "Bearer " + WORLD["owner"]},
            timeout=60,
        )
        assert lifted.status_code == 200, lifted.text
