//! What the settings say of a provider.

use crate::residency::Place;

/// A provider of identity, as the settings have it. It has no `Debug`.
#[derive(Clone)]
pub struct ProviderSettings {
    /// What addresses call it.
    pub name: String,
    /// Its issuer, letter by letter.
    pub issuer: String,
    /// Who this server is to it.
    pub client_id: String,
    /// By which secret it knows this server, if there is one.
    pub client_secret: Option<String>,
    /// For whom tokens at the graph are; the client's own id where none are named.
    pub audiences: Vec<String>,
    /// Algorithms of its signatures: `RS256`, `PS256`, `ES256`, `EdDSA` and their like.
    pub algorithms: Vec<String>,
    /// Where it sends browsers back: this server's own `/auth/oidc/NAME/callback`.
    pub redirect_uri: Option<String>,
    /// Words of `amr` that say that a second factor was shown.
    pub second_factor: Vec<String>,
    /// Whether an address that it has verified is whose it is here.
    pub links_by_email: bool,
    /// The pages to which somebody who came in is sent.
    pub return_to: Vec<String>,
    /// In which place it is, if somebody said so.
    pub place: Option<Place>,
}
