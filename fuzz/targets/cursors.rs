//! Cursors: nothing but what was sealed opens, what was sealed opens as it was, and only there.
#![no_main]

use kaifong::catalogue::Cell;
use kaifong::store::{CursorKey, Seal};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

fuzz_target!(|data: &[u8]| {
    let seal = Seal::new([7; 64]);
    let (context, rest) = data.split_at(data.len().min(8));
    let text = String::from_utf8_lossy(rest);
    // Nobody has the key: whatever these bytes are, they are no cursor.
    assert!(seal.open(&text, context).is_err());
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(rest) {
        *to = *from;
    }
    let number = i64::from_le_bytes(std::array::from_fn(|at| id[at]));
    let values = vec![
        Cell::Text(text.chars().take(300).collect()),
        Cell::Int(number),
        Cell::Null,
        Cell::Bool(number % 2 == 0),
        Cell::Id(Uuid::from_bytes(id)),
    ];
    let key = CursorKey {
        values,
        id: Uuid::from_bytes(id),
    };
    let sealed = seal.seal(&key, context);
    let opened = seal.open(&sealed, context).ok();
    assert!(opened.is_some_and(|opened| opened == key));
    assert!(seal.open(&sealed, &[context, b"x"].concat()).is_err());
    let mut tampered = sealed.clone().into_bytes();
    if let Some(byte) = tampered.get_mut(usize::from(id[0]) % sealed.len()) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    let tampered = String::from_utf8(tampered).unwrap_or_default();
    assert!(tampered == sealed || seal.open(&tampered, context).is_err());
});
