//! Every document that is sent holds against Spoke's own schema.

use apollo_compiler::{ExecutableDocument, Schema};
use textbank::client::spoke::documents;

use super::stand_in::SCHEMA;

#[test]
fn every_document_is_one_that_spoke_understands() {
    let schema = Schema::parse_and_validate(SCHEMA, "schema.graphql").expect("Spoke's schema");
    for document in documents::ALL {
        let checked = ExecutableDocument::parse_and_validate(&schema, document.text, document.name);
        let checked = checked.unwrap_or_else(|invalid| panic!("{}:\n{}", document.name, invalid.errors));
        let operation = checked.operations.get(Some(document.name));
        assert!(operation.is_ok(), "the operation is called as it says: {}", document.name);
    }
    let wrong = ExecutableDocument::parse_and_validate(&schema, "query x { currentUser { errorCode } }", "x");
    assert!(wrong.is_err(), "the check can fail");
}
