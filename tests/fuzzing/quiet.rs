//! Panics of a case are caught and not printed; those of the tests themselves are as always.

use super::Fault;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Fault>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs a case; what it panics with comes back.
pub fn catch(case: impl FnOnce()) -> Result<(), Fault> {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                return usual(info);
            }
            let place = info.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
            let payload = info.payload();
            let said = payload.downcast_ref::<&str>().map(|said| (*said).to_owned());
            let said = said.or_else(|| payload.downcast_ref::<String>().cloned());
            let said = said.unwrap_or_else(|| "a panic".to_owned());
            LAST.set(Some(Fault { place, said }));
        }));
    });
    INSIDE.set(true);
    let answer = panic::catch_unwind(AssertUnwindSafe(case));
    INSIDE.set(false);
    let fault = || Fault { place: "another thread".into(), said: "a panic elsewhere".into() };
    answer.map_err(|_| LAST.take().unwrap_or_else(fault))
}
