//! Hands the journal's rows in to the server, in order per contact, in parallel over contacts.
