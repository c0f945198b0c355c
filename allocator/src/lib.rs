//! Where the memory of the server comes from.
//!
//! A crate of its own, since the rest of the workspace forbids unsafe code, and the one option of
//! mimalloc that matters here has no other way in.

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_get, mi_option_set_default, mi_option_t};
pub use mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc 3: how many milliseconds memory that is free is kept from the
/// system.
const PURGE_DELAY: mi_option_t = 15;
/// That many. With none at all, work that takes and gives back much memory takes a tenth longer.
const SOON: c_long = 10;

/// Gives free memory back to the system soon, unless `MIMALLOC_PURGE_DELAY` says otherwise.
///
/// By itself mimalloc keeps it for a second, in which answers of many rows that come and go leave
/// half as much again in the server's hands as it needs.
///
/// To be called at the start, while there is one thread: the table of options has no lock.
pub fn give_back_soon() {
    // SAFETY: a number in a table of the library's own, which is there from the start; nobody else
    // reads or writes it yet.
    #[expect(unsafe_code, reason = "an option of a C library")]
    unsafe {
        mi_option_set_default(PURGE_DELAY, SOON);
    }
}

/// For how many milliseconds free memory is kept from the system.
#[must_use]
pub fn kept_for() -> c_long {
    // SAFETY: as above; it only reads.
    #[expect(unsafe_code, reason = "an option of a C library")]
    unsafe {
        mi_option_get(PURGE_DELAY)
    }
}

#[cfg(test)]
mod tests {
    use super::{give_back_soon, kept_for};

    /// The number of the option is the library's: were it another's, the first would not be a second.
    #[test]
    fn free_memory_is_given_back_soon() {
        if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
            assert_eq!(kept_for(), 1000);
            give_back_soon();
            assert_eq!(kept_for(), 10);
        }
    }
}
