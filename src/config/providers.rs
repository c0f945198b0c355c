//! The settings of outside providers of identity: a list of tables, `[[oidc]]`.

use std::path::PathBuf;

use toml::{Table, Value};

use crate::residency::Place;

/// An outside provider of identity.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// What addresses call it: letters in lower case, digits and `-`.
    pub name: String,
    /// Its issuer.
    pub issuer: String,
    /// Who this server is to it.
    pub client_id: String,
    /// The file of the secret by which it knows this server.
    pub client_secret_file: Option<PathBuf>,
    /// For whom tokens at the graph are; the client's own id where none are named.
    pub audiences: Vec<String>,
    /// Algorithms of its signatures.
    pub algorithms: Vec<String>,
    /// Where it sends browsers back.
    pub redirect_uri: Option<String>,
    /// Words of `amr` that say that a second factor was shown.
    pub second_factor_amr: Vec<String>,
    /// Whether an address that it has verified is whose it is here.
    pub link_by_email: bool,
    /// The pages to which somebody who came in is sent.
    pub return_to: Vec<String>,
    /// In which place it is.
    pub place: Option<Place>,
}

/// What can be accepted: asymmetric ones only.
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// What the settings may say.
pub(super) const EXPECTED: &str = "tables `[[oidc]]` with `name`, `issuer` (`https`, or this machine), \
     `client_id`, and perhaps `client_secret_file`, `audiences`, `algorithms` (of RS256 to RS512, \
     PS256 to PS512, ES256, ES384, EdDSA), `redirect_uri`, `return_to`, `second_factor_amr`, \
     `link_by_email`, `place` (a code of ISO 3166-1 such as `HK`), each name and issuer once";

/// The providers of a list of tables.
pub(super) fn providers(value: &Value) -> Option<Vec<OidcProvider>> {
    let all: Vec<OidcProvider> = value
        .as_array()?
        .iter()
        .map(|one| provider(one.as_table()?))
        .collect::<Option<_>>()?;
    let once = |of: fn(&OidcProvider) -> &String| {
        let mut seen: Vec<&String> = all.iter().map(of).collect();
        seen.sort();
        seen.windows(2).all(|pair| pair.first() != pair.last())
    };
    (once(|one| &one.name) && once(|one| &one.issuer)).then_some(all)
}

fn provider(table: &Table) -> Option<OidcProvider> {
    let mut table = table.clone();
    let provider = OidcProvider {
        name: text(&mut table, "name")?.filter(|name| is_name(name))?,
        issuer: text(&mut table, "issuer")?.filter(|address| is_address(address))?,
        client_id: text(&mut table, "client_id")?.filter(|id| !id.is_empty())?,
        client_secret_file: text(&mut table, "client_secret_file")?.map(PathBuf::from),
        audiences: list(&mut table, "audiences")?.unwrap_or_default(),
        algorithms: list(&mut table, "algorithms")?.unwrap_or_else(|| vec!["RS256".to_owned()]),
        redirect_uri: text(&mut table, "redirect_uri")?,
        second_factor_amr: list(&mut table, "second_factor_amr")?.unwrap_or_default(),
        link_by_email: match table.remove("link_by_email") {
            None => false,
            Some(value) => value.as_bool()?,
        },
        return_to: list(&mut table, "return_to")?.unwrap_or_default(),
        place: match text(&mut table, "place")? {
            None => None,
            Some(code) => Some(Place::of(&code)?),
        },
    };
    let known = |name: &String| ALGORITHMS.contains(&name.as_str());
    let addresses = provider.redirect_uri.iter().chain(&provider.return_to);
    let fits = table.is_empty()
        && !provider.algorithms.is_empty()
        && provider.algorithms.iter().all(known)
        && addresses.into_iter().all(|address| is_address(address));
    fits.then_some(provider)
}

/// `Some(None)` where there is none; nothing where it is no text.
fn text(table: &mut Table, name: &str) -> Option<Option<String>> {
    match table.remove(name) {
        None => Some(None),
        Some(Value::String(text)) => Some(Some(text)),
        Some(_) => None,
    }
}

fn list(table: &mut Table, name: &str) -> Option<Option<Vec<String>>> {
    match table.remove(name) {
        None => Some(None),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| item.as_str().map(str::to_owned));
            items.collect::<Option<Vec<_>>>().map(Some)
        }
        Some(_) => None,
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&name.len()) && name.bytes().all(plain)
}

/// `https`, or this machine, and without a fragment; the room that asks looks once more.
pub(super) fn is_address(address: &str) -> bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let known = address.starts_with("https://")
        || local.iter().any(|begin| {
            let rest = address.strip_prefix(begin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
    known && address.bytes().all(|byte| byte.is_ascii_graphic()) && !address.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "[[oidc]]\nname = \"school\"\nissuer = \"https://id.example.org\"\nclient_id = \"kaifong\"\n";

    fn read(text: &str) -> Option<Vec<OidcProvider>> {
        let table: Table = text.parse().unwrap();
        providers(&table["oidc"])
    }

    #[test]
    fn a_provider_is_read_whole_or_not_at_all() {
        let found = read(WHOLE).unwrap();
        assert_eq!(found[0].algorithms, ["RS256"]);
        assert!(!found[0].link_by_email && found[0].audiences.is_empty());
        for wrong in [
            "algorithms = [\"HS256\"]",
            "algorithms = [\"none\"]",
            "algorithms = []",
            "return_to = [\"http://example.org\"]",
            "return_to = [\"http://localhost.example.org\"]",
            "redirect_uri = 3",
            "link_by_mail = true",
            "link_by_email = \"yes\"",
            "place = \"hk\"",
            "place = \"ANYWHERE\"",
        ] {
            assert!(read(&format!("{WHOLE}{wrong}\n")).is_none(), "{wrong}");
        }
        assert!(read(&WHOLE.replace("https", "http")).is_none());
        assert!(read(&WHOLE.replace("school", "the school")).is_none());
        assert!(read(&format!("{WHOLE}{WHOLE}")).is_none(), "twice");
    }
}
