//! Signing in: what kind of server it is, how people sign in there, and the cookie that it gives.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE, WWW_AUTHENTICATE};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::answers::User;
use super::page::{Settings, Strategy};
use super::wire::Wire;
use super::{captain, documents, read};
use crate::api::people::{Me, Role};
use crate::api::problem::Code;
use crate::client::native::{SetupError, Timeouts};
use crate::client::{Call, CallError};
use crate::domain::safe_text::safe_line;

/// What answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// StateVoices' Spoke, with its settings.
    Spoke(Settings),
    /// Rewired's Spoke: another API.
    Rewired,
    /// Something else.
    Other,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No address.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The line.
    #[error(transparent)]
    Call(#[from] CallError),
    /// E-mail or password; the server does not say which.
    #[error("the e-mail or the password is wrong")]
    Wrong,
    /// The server said no, for another reason.
    #[error("{0}")]
    Refused(String),
    /// It said yes and gave nothing to be known again by.
    #[error("the server took the sign-in and gave no session; tell the campaign's admin")]
    NoSession,
}

/// How the server says that e-mail or password are wrong.
const WRONG: &str = "Invalid username or password";
/// What says nothing that would help.
const EMPTY: [&str; 3] = [WRONG, "Internal server error", ""];

/// The server's own words behind ours, where they say more.
fn beside(said: &str) -> String {
    let said = safe_line(said);
    if EMPTY.contains(&said.as_str()) { String::new() } else { format!(" (it says: {said})") }
}

/// The details of somebody who signs up.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// First name, as voters read it.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their own number: the campaign asks for it.
    pub cell: String,
}

/// See [`Door::wants`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wants {
    /// Its terms are not accepted yet.
    pub terms: bool,
    /// A field of their profile, of an organization's choice, is not filled in.
    pub profile: bool,
}

/// Where an invitation leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The server's address.
    pub server: String,
    /// The path, which the sign-up has to name.
    pub path: String,
    /// The organization's word, or the campaign's.
    pub token: String,
    /// The campaign, for a campaign's link.
    pub campaign: Option<String>,
    /// It is a link to take over replies that wait.
    pub replies: bool,
    /// It is a link by which somebody makes an organization, in the browser: an account can be made by it, nothing is joined.
    pub founding: bool,
}

impl Invitation {
    /// Takes a link apart: `/TOKEN/join`, `/TOKEN/join/CAMPAIGN`, `/TOKEN/replies/CAMPAIGN` or `/invite/HASH`. None when it is none.
    #[must_use]
    pub fn parse(link: &str) -> Option<Self> {
        let url = reqwest::Url::parse(link.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        // Our own links have their secret behind the `#`.
        if url.fragment().is_some_and(|fragment| !fragment.is_empty()) {
            return None;
        }
        let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
        let (token, campaign) = match parts.as_slice() {
            ["invite", hash] => (hash, None),
            [token, "join"] => (token, None),
            [token, "join" | "replies", campaign] => (token, Some((*campaign).to_owned())),
            _ => return None,
        };
        let path = format!("/{}", parts.join("/"));
        let replies = parts.get(1) == Some(&"replies");
        let founding = parts.first() == Some(&"invite");
        let server = url.origin().ascii_serialization();
        Some(Self { server, path, token: (*token).to_owned(), campaign, replies, founding })
    }
}

/// Signs people in at one server.
#[derive(Debug, Clone)]
pub struct Door {
    wire: Wire,
    address: String,
    timeouts: Timeouts,
}

impl Door {
    /// The door of the server at `address`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(address: &str, timeouts: Timeouts) -> Result<Self, SetupError> {
        let wire = Wire::new(address, None, timeouts)?;
        Ok(Self { address: wire.address(), wire, timeouts })
    }

    /// The server's address, without path.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// True where the line is not encrypted, and others can be on it.
    #[must_use]
    pub fn is_in_the_clear(&self) -> bool {
        self.wire.is_in_the_clear()
    }

    /// What kind of server it is.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn kind(&self) -> Call<Kind> {
        let (status, html) = self.wire.page("login").await?;
        if status.is_server_error() {
            return Err(CallError::NoAnswer(status.to_string()));
        }
        let operations = match self.wire.ask(&documents::KIND, json!({})).await {
            Ok(reply) => operations(reply.field("__schema")),
            // Some servers do not tell; the page has to do.
            Err(CallError::Refused(_) | CallError::Strange(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let has = |name: &str| operations.iter().any(|operation| operation == name);
        if has("handleConversation") || has("requestTexts") {
            return Ok(Kind::Rewired);
        }
        Ok(match Settings::of_page(&html) {
            Some(settings) if operations.is_empty() || has("getAssignmentContacts") => Kind::Spoke(settings),
            _ => Kind::Other,
        })
    }

    /// Signs in by e-mail and password. The cookie, and who that is.
    ///
    /// # Errors
    /// [`LoginError`]
    pub async fn login(&self, email: &str, password: &SecretString) -> Result<(SecretString, Me), LoginError> {
        let form = json!({
            "authType": "login", "email": email.trim(), "password": password.expose_secret(), "nextUrl": "/app",
        });
        self.enter(&form, None).await
    }

    /// Signs in by a token (JWT) that another system of the campaign's has made.
    ///
    /// # Errors
    /// [`LoginError`]
    pub async fn login_by_token(&self, token: &SecretString) -> Result<(SecretString, Me), LoginError> {
        self.enter(&json!({ "nextUrl": "/app" }), Some(token)).await
    }

    /// Makes an account by an invitation.
    ///
    /// # Errors
    /// [`LoginError`]
    pub async fn sign_up(
        &self,
        invitation: &Invitation,
        (email, password): (&str, &SecretString),
        person: &NewPerson,
    ) -> Result<(SecretString, Me), LoginError> {
        let form = json!({
            "authType": "signup", "email": email.trim(), "password": password.expose_secret(),
            "passwordConfirm": password.expose_secret(), "firstName": person.first_name.trim(),
            "lastName": person.last_name.trim(), "cell": person.cell.trim(), "nextUrl": invitation.path,
        });
        self.enter(&form, None).await
    }

    /// Takes up an invitation as the person signed in. Who that is then: with the organization.
    ///
    /// # Errors
    /// [`LoginError`]
    pub async fn join(&self, invitation: &Invitation, cookie: &SecretString) -> Result<Me, LoginError> {
        let wire = Wire::new(&self.address, Some(cookie), self.timeouts)?;
        if invitation.founding {
            return who(&wire).await;
        }
        if invitation.replies {
            return self.take_replies(&wire, invitation).await;
        }
        let variables = json!({ "organization": invitation.token, "campaign": invitation.campaign });
        let reply = wire.ask(&documents::JOIN, variables).await?;
        if reply.field("joinOrganization").is_null() {
            who(&wire).await?;
            let full = reply.said().contains("too many texters");
            let why = if full {
                "this campaign has all the texters it can take: tell whoever gave you the link"
            } else {
                "the link is not valid (any more), the campaign has all the texters it can take, or you have joined already. Try textbank text; \
                 if your campaign is not there, ask for a new link"
            };
            return Err(LoginError::Refused(why.to_owned()));
        }
        who(&wire).await
    }

    /// What the server still wants of this person before they text, as its own pages would ask.
    ///
    /// # Errors
    /// [`LoginError`]
    pub async fn wants(&self, cookie: &SecretString, settings: &Settings) -> Result<Wants, LoginError> {
        let wire = Wire::new(&self.address, Some(cookie), self.timeouts)?;
        let reply = wire.ask(&documents::WHO, json!({})).await?;
        if reply.nobody() {
            return Err(LoginError::NoSession);
        }
        let user: User = reply.read("currentUser")?;
        let mut profile = false;
        for organization in user.texter_organizations.iter().filter_map(|organization| organization.id) {
            let reply = wire.ask(&documents::PROFILE, json!({ "organization": organization.0.to_string() })).await?;
            // Where it cannot be told, nobody is sent to fill anything in.
            profile |= reply.field("user").get("profileComplete") == Some(&Value::Bool(false));
        }
        Ok(Wants { terms: settings.terms && !user.terms, profile })
    }

    /// This person accepts the server's terms.
    ///
    /// # Errors
    /// [`LoginError`]
    pub async fn accept_terms(&self, cookie: &SecretString, me: &Me) -> Result<(), LoginError> {
        let wire = Wire::new(&self.address, Some(cookie), self.timeouts)?;
        let reply = wire.ask(&documents::TERMS, json!({ "user": me.person.0.to_string() })).await?;
        if reply.field("userAgreeTerms").get("terms") != Some(&Value::Bool(true)) {
            let why = "the terms do not count as accepted: accept them in the browser, then sign in again";
            return Err(LoginError::Refused(why.to_owned()));
        }
        Ok(())
    }

    /// The server gives this person every reply of the campaign that has waited for over an hour, whoever had it.
    async fn take_replies(&self, wire: &Wire, invitation: &Invitation) -> Result<Me, LoginError> {
        let variables = json!({ "token": invitation.token, "campaign": invitation.campaign });
        let reply = wire.ask(&documents::REPLIES, variables).await?;
        let me = who(wire).await?;
        if reply.field("dynamicReassign").is_null() {
            let why =
                "no replies were handed over: the link is not valid (any more), or your role there does not allow it";
            return Err(LoginError::Refused(why.to_owned()));
        }
        Ok(me)
    }

    async fn enter(&self, form: &Value, bearer: Option<&SecretString>) -> Result<(SecretString, Me), LoginError> {
        let (status, headers) = self.wire.form("login-callback", form, bearer).await?;
        if status == StatusCode::UNAUTHORIZED {
            let why = headers.get(WWW_AUTHENTICATE).and_then(|why| why.to_str().ok()).unwrap_or(WRONG);
            return Err(match (form.get("authType").and_then(Value::as_str), bearer) {
                (_, Some(_)) => LoginError::Refused(format!("the server did not take the token{}", beside(why))),
                (Some("signup"), _) => LoginError::Refused(format!(
                    "the server made no account{}. The link may be used up, or there is an account with this e-mail already: textbank login \
                     --spoke {}",
                    beside(why),
                    self.address
                )),
                _ if why == WRONG => LoginError::Wrong,
                _ => LoginError::Refused(format!("the server did not take it{}", beside(why))),
            });
        }
        if status.is_server_error() {
            return Err(CallError::NoAnswer(status.to_string()).into());
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let detail = "a box before the server says that it is too much now";
            return Err(super::refusal(Code::RateLimited, detail).into());
        }
        if status != StatusCode::FOUND {
            let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
            let said = safe_line(&format!("{status} {to}"));
            return Err(LoginError::Refused(format!("the server did not answer as to a sign-in{}", beside(&said))));
        }
        let cookie = cookie(&headers).ok_or(LoginError::NoSession)?;
        let wire = Wire::new(&self.address, Some(&cookie), self.timeouts)?;
        let me = who(&wire).await?;
        Ok((cookie, me))
    }
}

async fn who(wire: &Wire) -> Result<Me, LoginError> {
    let reply = wire.ask(&documents::WHO, json!({})).await?;
    if reply.nobody() {
        return Err(LoginError::NoSession);
    }
    let user: User = reply.read("currentUser")?;
    let mut me = read::me(&user);
    me.role = role(wire, &user).await?;
    Ok(me)
}

/// The most that somebody may do there in any organization. Where that cannot be asked they text.
pub(super) async fn role(wire: &Wire, user: &User) -> Call<Role> {
    match captain::roles(wire, user).await {
        Ok(roles) => Ok(roles.into_iter().map(|(_, role)| role).max().unwrap_or(Role::Texter)),
        Err(error @ CallError::NotReached(_)) => Err(error),
        Err(error) => {
            tracing::info!(%error, "what this person may do could not be asked");
            Ok(Role::Texter)
        }
    }
}

/// The session's cookies as one header: what is set and not cleared.
fn cookie(headers: &HeaderMap) -> Option<SecretString> {
    let pairs: Vec<&str> = headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|set| set.to_str().ok()?.split(';').next())
        .map(str::trim)
        .filter(|pair| {
            pair.split_once('=').is_some_and(|(name, value)| name.starts_with("session") && !value.is_empty())
        })
        .collect();
    pairs.iter().any(|pair| pair.starts_with("session=")).then(|| pairs.join("; ").into())
}

fn operations(schema: &Value) -> Vec<String> {
    let fields = schema.get("mutationType").and_then(|mutations| mutations.get("fields")).and_then(Value::as_array);
    let name = |field: &Value| field.get("name").and_then(Value::as_str).map(str::to_owned);
    fields.into_iter().flatten().filter_map(name).collect()
}

/// What somebody who cannot sign in from a terminal can do.
#[must_use]
pub fn advice(strategy: &Strategy) -> Option<&'static str> {
    match strategy {
        Strategy::Local => None,
        Strategy::Auth0 => Some(
            "This campaign's Spoke signs people in over Auth0, which needs a browser, and textbank takes no cookies out of browsers. \
             What its admin can do: run Spoke with PASSPORT_STRATEGY=local (people sign in by e-mail and password), or let the \
             campaign's own system make sign-in tokens (PASSPORT_STRATEGY=token) and give you one: textbank login --spoke URL --token. \
             Until then, text in the browser.",
        ),
        Strategy::Slack => Some(
            "This campaign's Spoke signs people in over Slack, which needs a browser, and textbank takes no cookies out of browsers. \
             What its admin can do: run Spoke with PASSPORT_STRATEGY=local, or with PASSPORT_STRATEGY=token and give you a token: \
             textbank login --spoke URL --token. Until then, text in the browser.",
        ),
        Strategy::Token => Some(
            "This campaign's Spoke signs people in by a token that its own system makes. Ask the campaign for yours, then: \
             textbank login --spoke URL --token",
        ),
        Strategy::Other(_) => Some(
            "This campaign's Spoke has a way of signing in that textbank does not know. Text in the browser, and tell the campaign's \
             admin that e-mail and password (PASSPORT_STRATEGY=local) would work here.",
        ),
    }
}

/// What is said of Rewired's Spoke.
pub const REWIRED: &str = "This is Rewired's Spoke, which has another API than StateVoices' Spoke 14. textbank does not text there yet: \
     nothing of it would work, so nothing is tried. Text in the browser.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_told_from_a_link_of_ours() {
        let campaigns = Invitation::parse("https://spoke.example.org/3b4d6ff6/join/2").expect("a campaign's link");
        assert_eq!((campaigns.token.as_str(), campaigns.campaign.as_deref()), ("3b4d6ff6", Some("2")));
        assert_eq!(
            (campaigns.server.as_str(), campaigns.path.as_str()),
            ("https://spoke.example.org", "/3b4d6ff6/join/2")
        );
        let replies = Invitation::parse("https://spoke.example.org/3b4d6ff6/replies/2").expect("a link for replies");
        assert!(replies.replies && !campaigns.replies);
        let organizations = Invitation::parse("http://h:3000/abc/join").expect("an organization's link");
        assert_eq!((organizations.server.as_str(), organizations.campaign), ("http://h:3000", None));
        let invite = Invitation::parse("https://h/invite/5cbecb55-ad23").expect("an invite");
        assert!(invite.founding && !invite.replies && invite.path == "/invite/5cbecb55-ad23");
        assert!(!campaigns.founding && !organizations.founding);
        for other in [
            "https://h/join#secret",
            "https://h/invite/x#secret",
            "https://h/x/join#secret",
            "https://h/join",
            "https://h/app/1/todos",
            "join",
        ] {
            assert_eq!(Invitation::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_cookie_is_both_of_its_parts() {
        let mut headers = HeaderMap::new();
        for set in [
            "session=eyJ9; path=/; httponly",
            "session.sig=-YCg; path=/; httponly",
            "other=1",
            "session.old=; expires=x",
        ] {
            headers.append(SET_COOKIE, set.parse().expect("a header"));
        }
        assert_eq!(cookie(&headers).expect("a cookie").expose_secret(), "session=eyJ9; session.sig=-YCg");
        assert!(cookie(&HeaderMap::new()).is_none());
    }
}
