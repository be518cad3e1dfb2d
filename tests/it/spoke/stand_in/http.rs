//! The stand-in's HTTP: pages, sign-in, `/graphql`.

use std::convert::Infallible;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::resolvers::Execution;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::resolve::Object;
use super::world::{ADA, TESS};
use super::{Fault, StandIn, Trouble};

/// E-mail, password, id.
const PEOPLE: [(&str, &str, i64); 2] =
    [("ada.admin@example.org", "hunter22hunter", ADA), ("tess.texter@example.org", "hunter22hunter", TESS)];
/// The one invite that is valid.
const INVITE: &str = "/invite/5cbecb55-ad23-447f-bac8-0881a84e505f";
/// The id of whoever signs up.
const NEW: i64 = 3;

pub fn router(here: StandIn) -> Router {
    Router::new()
        .route("/login", get(page))
        .route("/login-callback", post(login))
        .route("/graphql", post(graphql))
        .with_state(here)
}

async fn page(State(here): State<StandIn>) -> Html<String> {
    let terms = here.world().habits.terms;
    let strategy = here.world().habits.strategy.unwrap_or("local");
    Html(format!(
        "<html><head><script>window.PASSPORT_STRATEGY=\"{strategy}\";window.DST_REFERENCE_TIMEZONE=\"US/Eastern\";\
         window.TZ=\"\";window.MAX_MESSAGE_LENGTH=99999;window.TERMS_REQUIRE={terms}</script></head><body></body></html>"
    ))
}

/// The server's cookie is signed; this one's signature is a word.
fn cookies(user: i64) -> [(header::HeaderName, String); 2] {
    [
        (header::SET_COOKIE, format!("session=user{user}; path=/; httponly")),
        (header::SET_COOKIE, format!("session.sig=signed{user}; path=/; httponly")),
    ]
}

async fn login(State(here): State<StandIn>, headers: HeaderMap, body: Bytes) -> Response {
    let form: Value = serde_json::from_slice(&body).unwrap_or_default();
    let said = |name: &str| form[name].as_str().unwrap_or_default().to_owned();
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let user = match said("authType").as_str() {
        "login" => PEOPLE
            .iter()
            .find(|(email, password, _)| *email == said("email").to_lowercase() && *password == said("password"))
            .map(|(_, _, id)| *id),
        "signup"
            if (said("nextUrl").contains("/join") || said("nextUrl") == INVITE)
                && said("password") == said("passwordConfirm") =>
        {
            Some(NEW)
        }
        "" if bearer == "Bearer a-token-of-tess" => Some(TESS),
        _ => None,
    };
    let Some(user) = user else {
        let why = [(header::WWW_AUTHENTICATE, "Invalid username or password")];
        return (StatusCode::UNAUTHORIZED, why, "Unauthorized").into_response();
    };
    here.world().habits.signed_out = false;
    let mut response = (StatusCode::FOUND, [(header::LOCATION, said("nextUrl"))], "Found.").into_response();
    for (name, value) in cookies(user) {
        response.headers_mut().append(name, value.parse().expect("a header"));
    }
    response
}

/// Whose cookie it is; one with another's signature is nobody's.
fn user_of(headers: &HeaderMap) -> Option<i64> {
    let cookie = headers.get(header::COOKIE)?.to_str().ok()?;
    let part = |name: &str| cookie.split("; ").find_map(|pair| pair.strip_prefix(name));
    let user = part("session=user")?;
    (part("session.sig=signed")? == user).then(|| user.parse().ok()).flatten()
}

/// An answer whose body breaks off.
fn cut() -> Response {
    let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from_stream(broken))
        .expect("a response")
}

fn gateway() -> Response {
    (StatusCode::BAD_GATEWAY, Html("<h1>502 Bad Gateway</h1>")).into_response()
}

async fn graphql(State(here): State<StandIn>, headers: HeaderMap, body: Bytes) -> Result<Response, Infallible> {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let name = asked["operationName"].as_str().unwrap_or_default().to_owned();
    let query = asked["query"].as_str().unwrap_or_default().to_owned();
    let (user, masked, fault, trouble) = {
        let mut world = here.world();
        world.asked.push(name.clone());
        let user = user_of(&headers).filter(|_| !world.habits.signed_out);
        let fault = if query.contains("sendMessage(") { world.faults.pop_front() } else { None };
        (user, world.habits.masked, fault, world.trouble_of(&name))
    };
    let skip = query.contains("sendMessage(") && here.world().habits.skipped_after_a_text;
    let delay = here.world().habits.delay;
    if delay > 0 {
        here.clock.sleep(std::time::Duration::from_millis(delay)).await;
    }
    match fault {
        Some(Fault::CutBefore) => {
            here.world().skip(&asked["variables"]["contact"], skip);
            return Ok(cut());
        }
        Some(Fault::GatewayBefore) => return Ok(gateway()),
        _ => {}
    }
    if here.world().habits.rewired && query.contains("__schema") {
        let fields = json!([{ "name": "sendMessage" }, { "name": "handleConversation" }, { "name": "requestTexts" }]);
        return Ok(answer(
            StatusCode::OK,
            &json!({ "data": { "__schema": { "mutationType": { "fields": fields } } } }),
        ));
    }
    if trouble == Some(Trouble::TooMuch) {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let fails = trouble == Some(Trouble::Fails);
    let (status, value) = execute(&here, user, &query, &asked["variables"], masked, (fault, fails));
    here.world().skip(&asked["variables"]["contact"], skip);
    if trouble == Some(Trouble::Gateway) {
        return Ok(gateway());
    }
    if fault == Some(Fault::Silence) {
        here.silent.notify_one();
        std::future::pending::<()>().await;
    }
    Ok(match fault {
        Some(Fault::CutAfter | Fault::KilledBetween) => cut(),
        Some(Fault::GatewayAfter) => gateway(),
        Some(Fault::Damaged) => {
            ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], "{\"data\":{\"sendMess").into_response()
        }
        _ => answer(status, &value),
    })
}

fn answer(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response()
}

fn execute(
    here: &StandIn,
    user: Option<i64>,
    query: &str,
    variables: &Value,
    masked: bool,
    (fault, fails): (Option<Fault>, bool),
) -> (StatusCode, Value) {
    let words = |said: String| if masked { "Internal server error".to_owned() } else { said };
    let document = match ExecutableDocument::parse_and_validate(&here.schema, query, "query.graphql") {
        Ok(document) => document,
        Err(invalid) => {
            let said = words(invalid.errors.to_string());
            return (StatusCode::BAD_REQUEST, json!({ "errors": [{ "message": said }] }));
        }
    };
    let variables = apollo_compiler::response::JsonValue::from(variables.clone());
    let variables = variables.as_object().cloned().unwrap_or_default();
    let operation = document.operations.get(None).expect("one operation");
    let root = if operation.is_mutation() { "RootMutation" } else { "RootQuery" };
    let root = Object { kind: root.to_owned(), value: Value::Null, here: here.clone(), user, fault, fails };
    let run = Execution::new(&here.schema, &document)
        .enable_schema_introspection(true)
        .raw_variable_values(&variables)
        .execute_sync(&root);
    match run {
        Ok(run) => {
            // Neither path nor place are on Spoke's wire.
            let mut data = json!(run.data);
            let damaged = here.world().without_the_broken(&mut data);
            let mut errors: Vec<Value> =
                run.errors.into_iter().map(|error| json!({ "message": words(error.message) })).collect();
            errors.extend((0..damaged).map(|_| json!({ "message": words("the data is damaged".to_owned()) })));
            let mut value = json!({ "data": data });
            if !errors.is_empty() {
                value["errors"] = json!(errors);
            }
            (StatusCode::OK, value)
        }
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "errors": [{ "message": words(format!("{error:?}")) }] })),
    }
}
