//! `GET /join`: what a browser shows for a join link. The secret stays in the browser: it is behind the `#`.

/// Says what to do with the link.
pub async fn handler() -> &'static str {
    "This is a textbank join link. Open a terminal and run\n\n    textbank join 'THE-WHOLE-LINK'\n\n\
     with the whole link, the part after # included. It works once for each use it was made for.\n"
}
