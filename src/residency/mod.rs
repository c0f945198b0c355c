//! Data stays where it is told to stay: places, what an organisation says of them, and every way by
//! which data leaves the server.
//!
//! The room knows what a connector is and counts what went through it. Whether something may go, the
//! policies say; it refuses to know them, and whose data it is.

mod connector;
mod place;
mod tag;

pub use connector::{CONNECTORS, Connector, MAIL, OIDC, REFUSED, Sends, TRACES};
pub use place::{ANYWHERE, Place};
pub use tag::{BadTag, Tag};
