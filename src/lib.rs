//! Kaifong (街坊): a GraphQL API server with a privacy policy engine.
//!
//! # The map
//!
//! A request goes through the rooms from the top down, and each knows only those that a table in
//! `tests/it/house` lets it know:
//!
//! | Room | What it is for |
//! |---|---|
//! | [`cli`], [`config`] | the command line; the settings, read and checked once |
//! | [`app`] | puts the rooms together, and decides nothing itself |
//! | [`entrance`], [`signin`] | how people sign in: the order of its steps; its rules, on values alone |
//! | [`mail`] | letters: what they say, and how they are handed in |
//! | [`oidc`] | outside providers of identity: for whom they vouch |
//! | [`border`], [`residency`] | what leaves for other machines, and to which places it may |
//! | [`server`] | HTTP, WebSockets, event streams, the gate before the parser, the IDE |
//! | [`live`] | sets of policies go live: published by a person, taken up by running servers |
//! | [`viewer`] | who asks: tokens in, a viewer out |
//! | [`graphql`] | the guarded graph: selections become plans, plans are carried out |
//! | [`policy`] | Cedar, and nowhere else: rules, conditions, layouts, masks, permits |
//! | [`store`] | SQL, and nowhere else: the data as the viewer sees it; writes under a permit |
//! | [`catalogue`] | every type, field, attribute and deed as plain data; the rest is made from it |
//! | [`tokens`] | tokens of partners are exchanged for narrower ones, refreshed and given back |
//! | [`sharing`] | the life of a share: states, deeds, sides, and what takes only away |
//! | [`retention`] | how long data is kept, by kind: the schedule and its bounds |
//! | [`upkeep`] | what the server does by itself: times of shares begin and end, requests for data are due, data that was kept long enough goes |
//! | [`figures`] | which counts of people may be told: pure arithmetic |
//! | [`rights`] | what people may ask of those who hold their data: the clock, the copy on paper |
//! | [`audit`] | what the log of disclosures and the trail of changes say, and how their entries hang together |
//! | [`values`], [`import`] | what people type in; what files hold: pure functions |
//! | [`demo`] | the demo's data |
//! | [`traces`] | how long each step took, for those who run the server |
//! | [`private_file`] | files that only their owner may read |
//!
//! # What cannot be got around
//!
//! A row comes out of the store as a [`policy::Protected`], whose cells open only through the
//! deciders of its [`policy::Layout`]; a layout cannot name a field without them. A write demands a
//! [`policy::Permit`], which only a [`policy::Lens`] gives.

pub mod app;
pub mod audit;
pub mod border;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod demo;
pub mod entrance;
pub mod figures;
pub mod graphql;
pub mod import;
pub mod live;
pub mod mail;
pub mod oidc;
pub mod policy;
pub mod private_file;
pub mod residency;
pub mod retention;
pub mod rights;
pub mod server;
pub mod sharing;
pub mod signin;
pub mod store;
pub mod tokens;
pub mod traces;
pub mod upkeep;
pub mod values;
pub mod viewer;
