//! Networks from which a token may be used.

use std::net::IpAddr;
use std::str::FromStr;

/// A network of IPv4 or IPv6, as `192.0.2.0/24`; a single address is one too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    first: u128,
    bits: u32,
    v4: bool,
}

impl Network {
    /// Whether an address is in it. An IPv4 address is one however it is written.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (number, v4) = number(address);
        v4 == self.v4 && kept(number, self.bits) == self.first
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let (number, v4) = number(address.parse().map_err(|_| ())?);
        let width = if v4 { 32 } else { 128 };
        // No sign, and no zeros before it.
        let digits = |text: &str| text == "0" || text.starts_with(|c| matches!(c, '1'..='9'));
        let length: u32 = match length {
            None => width,
            Some(text) if digits(text) => text.parse().map_err(|_| ())?,
            Some(_) => return Err(()),
        };
        let bits = (128 - width) + length;
        let whole = length <= width && kept(number, bits) == number;
        let first = number;
        whole.then_some(Self { first, bits, v4 }).ok_or(())
    }
}

/// The address as a number; of IPv4 with zeros before it.
fn number(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u128::from(u32::from(address)), true),
        IpAddr::V6(address) => (u128::from(address), false),
    }
}

/// The first bits of a number.
fn kept(number: u128, bits: u32) -> u128 {
    match bits {
        0 => 0,
        bits => number & (u128::MAX << (128 - bits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_networks_and_in_no_others() {
        let table = [
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "203.0.113.9", false),
            ("192.0.2.0/24", "::ffff:192.0.2.4", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ];
        for (network, address, expected) in table {
            let network: Network = network.parse().unwrap();
            assert_eq!(
                network.contains(address.parse().unwrap()),
                expected,
                "{network:?} {address}"
            );
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "/",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/-1",
            "192.0.2.0/024",
            "192.0.2.0/+4",
            "192.0.2/24",
            "example.org",
            "2001:db8::1/32",
            "2001:db8::/129",
            "192.0.2.0/24/24",
        ] {
            assert_eq!(text.parse::<Network>(), Err(()), "{text}");
        }
    }
}
