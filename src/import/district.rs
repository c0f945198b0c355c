//! The 18 districts of Hong Kong, in one spelling.

/// The districts, in English as records hold them and in Chinese.
pub const DISTRICTS: [(&str, &str); 18] = [
    ("Central and Western", "中西區"),
    ("Wan Chai", "灣仔區"),
    ("Eastern", "東區"),
    ("Southern", "南區"),
    ("Yau Tsim Mong", "油尖旺區"),
    ("Sham Shui Po", "深水埗區"),
    ("Kowloon City", "九龍城區"),
    ("Wong Tai Sin", "黃大仙區"),
    ("Kwun Tong", "觀塘區"),
    ("Kwai Tsing", "葵青區"),
    ("Tsuen Wan", "荃灣區"),
    ("Tuen Mun", "屯門區"),
    ("Yuen Long", "元朗區"),
    ("North", "北區"),
    ("Tai Po", "大埔區"),
    ("Sha Tin", "沙田區"),
    ("Sai Kung", "西貢區"),
    ("Islands", "離島區"),
];

/// The spelling in which records hold a district; a name that is none of the 18 stays as it is.
pub fn district(name: &str) -> &str {
    DISTRICTS
        .iter()
        .find(|(english, chinese)| english.eq_ignore_ascii_case(name) || *chinese == name)
        .map_or(name, |(english, _)| english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_has_one_spelling() {
        assert_eq!(district("CENTRAL AND WESTERN"), "Central and Western");
        assert_eq!(district("東區"), "Eastern");
        assert_eq!(district("Macau"), "Macau");
    }
}
