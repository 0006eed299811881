//! Signals, and what they mean here.

use logsurge::Error;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a shell shows for a program ended by an interrupt.
const INTERRUPTED: i32 = 130;

/// Set by the first SIGINT or SIGTERM; the second ends the program at once.
pub fn stop_flag() -> Result<Arc<AtomicBool>, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|err| Error::io("signal handler", err))?;
    }
    Ok(stop)
}

/// A file that may not grow any more is an error like any other, not the end of the program.
pub fn survive_full_files() -> Result<(), Error> {
    #[cfg(unix)]
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
        .map_err(|err| Error::io("signal handler", err))?;
    Ok(())
}
