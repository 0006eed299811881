//! Named pipes, which a person may name and nobody may ever write to.
//!
//! Opening a pipe waits for its writer, for ever if need be. A run from a timer must end, so
//! each is opened by a thread of its own and waited for a stated time. Once open it is as any
//! other: whoever writes to it has the reader wait.

use crate::error::{Error, ErrorKind};
use crate::input::Source;
use crossbeam_channel::bounded;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// Leaves out of `sources` the pipes that nobody opens for writing within `patience`, and says so
/// of each.
pub fn without_dead_pipes(sources: &mut Vec<Source>, patience: Duration) -> Vec<Error> {
    let mut dead = Vec::new();
    sources.retain(|source| match source.files.first() {
        Some(path) if is_pipe(path) && !is_written(path, patience) => {
            let why = format!(
                "nobody has opened this pipe for writing within {} s, so it was not read; start its writer first",
                patience.as_secs()
            );
            dead.push(Error::new(ErrorKind::Unsupported(why)).in_file(path));
            false
        }
        _ => true,
    });
    dead
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path != Path::new("-") && path.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Whether opening the pipe comes to an end; an error there is met again by who reads it.
fn is_written(path: &Path, patience: Duration) -> bool {
    let (sender, opened) = bounded(1);
    let path = path.to_path_buf();
    // Detached: should nobody ever write, it waits until the program ends.
    std::thread::spawn(move || drop(sender.send(File::open(path))));
    match opened.recv_timeout(patience) {
        // Kept open to the end of the program: were it closed before the reader has opened the
        // pipe anew, a writer would be told that its reader has gone.
        Ok(Ok(file)) => {
            std::mem::forget(file);
            true
        }
        Ok(Err(_)) => true,
        Err(_) => false,
    }
}
