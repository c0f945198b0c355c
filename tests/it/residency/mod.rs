//! Data stays where it is told to stay: every way out of the server is known, and what an
//! organisation says of places holds for it and for those below it. That letters and sign-ins obey
//! is tested beside them, in `signin`.

mod connectors;
mod said;
