//! What the system asks of us.

use std::io;

use futures_util::Stream;
use tokio::sync::mpsc;

/// One wish of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Leave (TERM, HUP, INT; a closed window).
    Quit,
    /// Stop until continued (TSTP from outside).
    Suspend,
    /// Continued: the terminal may have been set otherwise meanwhile.
    Continue,
}

/// The signals from now on. They keep their default effect no longer.
///
/// # Errors
/// When a handler cannot be installed.
#[cfg(unix)]
pub fn real() -> io::Result<impl Stream<Item = Signal> + Unpin + use<>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut stop = signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?;
    let mut go_on = signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?;
    Ok(Box::pin(futures_util::stream::poll_fn(move |cx| {
        use std::task::Poll;
        for leave in [&mut terminate, &mut hang_up, &mut interrupt] {
            if leave.poll_recv(cx).is_ready() {
                return Poll::Ready(Some(Signal::Quit));
            }
        }
        if stop.poll_recv(cx).is_ready() {
            return Poll::Ready(Some(Signal::Suspend));
        }
        if go_on.poll_recv(cx).is_ready() {
            return Poll::Ready(Some(Signal::Continue));
        }
        Poll::Pending
    })))
}

/// The wishes of Windows from now on: Ctrl-Break, the window's closing, logging off, shutting down.
///
/// # Errors
/// When a handler cannot be installed.
#[cfg(windows)]
pub fn real() -> io::Result<impl Stream<Item = Signal> + Unpin + use<>> {
    use std::task::Poll;
    use tokio::signal::windows;
    let mut ctrl_break = windows::ctrl_break()?;
    let mut close = windows::ctrl_close()?;
    let mut log_off = windows::ctrl_logoff()?;
    let mut shut_down = windows::ctrl_shutdown()?;
    Ok(Box::pin(futures_util::stream::poll_fn(move |cx| {
        let asked = ctrl_break.poll_recv(cx).is_ready()
            || close.poll_recv(cx).is_ready()
            || log_off.poll_recv(cx).is_ready()
            || shut_down.poll_recv(cx).is_ready();
        if asked { Poll::Ready(Some(Signal::Quit)) } else { Poll::Pending }
    })))
}

/// Signals that a test sends by hand.
pub fn scripted() -> (mpsc::Sender<Signal>, impl Stream<Item = Signal> + Unpin) {
    let (tx, mut rx) = mpsc::channel(8);
    (tx, Box::pin(futures_util::stream::poll_fn(move |cx| rx.poll_recv(cx))))
}
