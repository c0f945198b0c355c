//! Memory that the start needed and nothing needs any more.

use std::hint::black_box;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

/// The allocator gives pages back that have been free for a second, but looks for such only when a
/// large piece comes back to it; a server that has started asks for none for a long time.
const AFTER: Duration = Duration::from_millis(1_500);
/// Larger than the allocator keeps for a thread.
const LARGE: usize = 32 << 20;

/// Has what was needed to check the policies given back, once it has been free for long enough.
pub fn give_back() -> JoinHandle<()> {
    tokio::spawn(async {
        for _ in 0..2 {
            sleep(AFTER).await;
            drop(black_box(Vec::<u8>::with_capacity(LARGE)));
        }
    })
}
