//! Random numbers from a seed, so that a failure can be had again.

use kaifong::catalogue::{Cell, Kind};
use uuid::Uuid;

/// A generator (SplitMix64).
pub struct Dice(u64);

const SYLLABLES: [&str; 16] = [
    "陳", "大", "文", "明", "慧", "社", "區", "飯", "an", "Chan", "ka", "O'", "%", "_", " ", "9",
];

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from zero up to, not including, this one.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.roll(), self.roll())
    }

    pub fn text(&mut self) -> String {
        let length = 1 + self.below(5);
        (0..length).map(|_| *self.pick(&SYLLABLES)).collect()
    }

    /// Some value of a kind.
    pub fn value(&mut self, kind: Kind) -> Cell {
        match kind {
            Kind::Int => Cell::Int(self.below(200) as i64),
            Kind::Float => Cell::Float(self.below(800) as f64 / 8.0),
            Kind::Bool => Cell::Bool(self.chance(50)),
            Kind::Time => {
                let seconds = 1_790_000_000 + self.below(10_000_000) as i64;
                Cell::Time(chrono::DateTime::from_timestamp(seconds, 0).unwrap())
            }
            Kind::Date => {
                let first = chrono::NaiveDate::from_ymd_opt(1950, 1, 1).unwrap();
                Cell::Date(first + chrono::Days::new(self.below(28_000) as u64))
            }
            Kind::Words => {
                let words: Vec<String> = (0..self.below(4)).map(|_| self.text()).collect();
                Cell::Text(serde_json::json!(words).to_string())
            }
            Kind::Enum(kind) => Cell::Text(self.pick(kind.values).name.to_owned()),
            Kind::Phone => Cell::Text(format!("+8525{:07}", self.below(10_000_000))),
            Kind::Email => Cell::Text(format!("{}@example.org", self.below(1_000_000))),
            Kind::Text | Kind::PersonName | Kind::Hkid => Cell::Text(self.text()),
        }
    }
}
