//! Our own server over HTTP.
