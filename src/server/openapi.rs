//! The contract, told by the server itself.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi.components.get_or_insert_default().add_security_scheme("session", scheme);
    }
}

/// What stands above the routes; the routes add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "textbank",
        description = "Peer-to-peer texting for political campaigns. Commands are idempotent by the id in their path; refusals are problem documents with a stable code."
    ),
    modifiers(&Bearer),
    components(schemas(crate::api::event::Event))
)]
pub struct Head;

/// The whole document as pretty JSON, as served and as kept in `docs/openapi.json`.
#[must_use]
pub fn document() -> String {
    let mut text = super::routes::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
