//! Pure views: draw a model into a buffer.
