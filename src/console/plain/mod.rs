//! The linear front end: whole lines, for screen readers, dumb terminals and pipes.
