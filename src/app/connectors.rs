//! The connectors, as the settings use them.

use super::{AppError, database};
use crate::config::Config;
use crate::residency::{CONNECTORS, Connector, MAIL, OIDC, Place, Sends, TRACES};
use crate::store::Store;

/// A connector as the settings use it; one line for each provider of identity.
pub struct Connected {
    /// Its name; of a provider, with its own.
    pub name: String,
    /// The setting that says where it is.
    pub setting: &'static str,
    /// Whether the settings use it.
    pub in_use: bool,
    /// The code of the place that they state.
    pub place: Option<&'static str>,
    /// Whether it is sent something about persons.
    pub of_persons: bool,
    /// What it is sent, in English.
    pub what_en: &'static str,
    /// The same in traditional Chinese.
    pub what_zh: &'static str,
    /// How many letters wait, and how many of them are withheld.
    pub letters: Option<(i64, i64)>,
}

/// All of them.
///
/// # Errors
/// The database cannot be asked.
pub async fn connectors(config: &Config) -> Result<Vec<Connected>, AppError> {
    let mail = config.letters.mail.as_ref();
    let providers = &config.sign_in.providers;
    let mut all = Vec::new();
    for connector in CONNECTORS {
        let code = |place: Option<Place>| place.map(Place::code);
        let (in_use, place, letters) = if std::ptr::eq(connector, &MAIL) {
            let store = Store::new(database(config).await?);
            let letters = store.letters_waiting().await?;
            let stated = mail.and_then(|mail| mail.place);
            (mail.is_some(), code(stated), Some(letters))
        } else if std::ptr::eq(connector, &TRACES) {
            let wire = &config.wire;
            (wire.otlp_endpoint.is_some(), code(wire.otlp_place), None)
        } else {
            (false, None, None)
        };
        if std::ptr::eq(connector, &OIDC) && !providers.is_empty() {
            all.extend(providers.iter().map(|provider| {
                let name = format!("{}/{}", connector.name, provider.name);
                line(connector, name, true, code(provider.place), None)
            }));
            continue;
        }
        all.push(line(
            connector,
            connector.name.to_owned(),
            in_use,
            place,
            letters,
        ));
    }
    Ok(all)
}

fn line(
    connector: &'static Connector,
    name: String,
    in_use: bool,
    place: Option<&'static str>,
    letters: Option<(i64, i64)>,
) -> Connected {
    Connected {
        name,
        setting: connector.setting,
        in_use,
        place,
        of_persons: connector.sends == Sends::OfPersons,
        what_en: connector.what_en,
        what_zh: connector.what_zh,
        letters,
    }
}
