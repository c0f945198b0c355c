//! Numbers as bytes: seven bits in each, the lowest first (LEB128), and sorted lists of numbers as
//! the steps between them.
//!
//! Pseudonyms are spread evenly, so that a list of a thousand takes about six bytes each; maps of
//! bits (roaring and the like) gain nothing over that, and general compression neither.

/// Adds a number.
pub fn put(number: u64, out: &mut Vec<u8>) {
    let mut rest = number;
    loop {
        let low = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// Takes a number from the front; nothing where there is none, or one that is written longer than
/// it need be.
pub fn take(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        let bits = u64::from(byte & 0x7f);
        if bits.checked_shl(shift)? >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return (*byte != 0 || shift == 0).then_some(number);
        }
    }
    None
}

/// Adds numbers that are sorted and each there once.
pub fn put_list(sorted: &[u64], out: &mut Vec<u8>) {
    let mut before = 0;
    for number in sorted {
        put(number.wrapping_sub(before), out);
        before = *number;
    }
}

/// Takes so many numbers from the front.
pub fn take_list(count: usize, from: &mut &[u8]) -> Option<Vec<u64>> {
    // Each takes a byte at least.
    if count > from.len() {
        return None;
    }
    let mut list = Vec::with_capacity(count);
    let mut before = 0_u64;
    for at in 0..count {
        let step = take(from)?;
        if step == 0 && at > 0 {
            return None;
        }
        before = before.checked_add(step)?;
        list.push(before);
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back_and_have_one_form(number: u64, tail: Vec<u8>) {
            let mut out = Vec::new();
            put(number, &mut out);
            let length = out.len();
            out.extend(&tail);
            let mut rest = out.as_slice();
            prop_assert_eq!(take(&mut rest), Some(number));
            prop_assert_eq!(rest, tail.as_slice());
            // The same number written longer is none.
            let mut longer = out.get(..length).unwrap().to_vec();
            *longer.last_mut().unwrap() |= 0x80;
            longer.push(0);
            prop_assert_eq!(take(&mut longer.as_slice()), None);
        }

        #[test]
        fn lists_come_back(numbers in proptest::collection::btree_set(any::<u64>(), 0..50)) {
            let list: Vec<u64> = numbers.into_iter().collect();
            let mut out = Vec::new();
            put_list(&list, &mut out);
            prop_assert_eq!(take_list(list.len(), &mut out.as_slice()), Some(list));
        }

        #[test]
        fn whatever_the_bytes_are_nothing_breaks(bytes: Vec<u8>, count in 0_usize..99) {
            let _ = take(&mut bytes.as_slice());
            let _ = take_list(count, &mut bytes.as_slice());
        }
    }
}
