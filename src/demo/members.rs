//! Who is in the alliance, with which departments and projects.

/// A member of the alliance.
pub(super) struct Member {
    pub(super) key: &'static str,
    pub(super) en: &'static str,
    pub(super) zh: &'static str,
    pub(super) parent: Option<&'static str>,
    pub(super) district: &'static str,
    /// How many volunteers it has.
    pub(super) volunteers: u32,
    pub(super) departments: &'static [Division],
    pub(super) projects: &'static [Plan],
}

/// A department: key, English and Chinese name.
pub(super) type Division = (&'static str, &'static str, &'static str);

const TEAM: Division = ("volunteers", "Volunteer Team", "義工組");
const ELDERLY: Division = ("elderly", "Elderly Services", "長者服務部");
const KITCHEN: Division = ("kitchen", "Community Kitchen", "社區飯堂組");
const MEDICAL: Division = ("medical", "Medical Team", "醫護組");
const YOUTH: Division = ("youth", "Youth Services", "青年部");
const FAMILY: Division = ("family", "Family Services", "家庭服務部");

/// A project: its key within the organisation, its department, its trade and its state.
pub(super) struct Plan {
    pub(super) key: &'static str,
    pub(super) department: &'static str,
    pub(super) category: &'static str,
    pub(super) status: &'static str,
    pub(super) en: &'static str,
    pub(super) zh: &'static str,
}

const fn plan(
    key: &'static str,
    department: &'static str,
    category: &'static str,
    en: &'static str,
    zh: &'static str,
) -> Plan {
    Plan {
        key,
        department,
        category,
        status: "ACTIVE",
        en,
        zh,
    }
}

const CANTEEN: Plan = plan(
    "canteen",
    "kitchen",
    "CANTEEN",
    "Community Canteen",
    "社區飯堂",
);
const VISITS: Plan = plan("visits", "elderly", "VISIT", "Elderly Visits", "長者探訪");
const CLINIC: Plan = plan("clinic", "medical", "CLINIC", "Monthly Clinic", "每月義診");
const TUTORING: Plan = plan(
    "tutoring",
    "youth",
    "TUTORING",
    "Homework Club",
    "功課輔導班",
);
const OUTING: Plan = plan("outing", "family", "OUTING", "Family Outings", "親子郊遊");
const FESTIVAL: Plan = Plan {
    status: "PLANNED",
    ..plan(
        "festival",
        "volunteers",
        "EVENT",
        "Lantern Evening",
        "花燈晚會",
    )
};
const SUMMER: Plan = Plan {
    status: "CLOSED",
    ..plan("summer", "youth", "EVENT", "Summer Camp", "暑期營")
};

/// The lead organisation's key.
pub(super) const LEAD: &str = "mingwan";
/// The organisation that holds the read-only, desensitised share.
pub(super) const PARTNER: &str = "bamboo";
/// The organisation that holds the share with edit rights.
pub(super) const EDITOR: &str = "lanterns";

pub(super) const MEMBERS: [Member; 10] = [
    Member {
        key: LEAD,
        en: "Ming Wan Neighbourhood Association",
        zh: "明灣街坊會",
        parent: None,
        district: "Kwun Tong",
        volunteers: 120,
        departments: &[TEAM, ELDERLY, KITCHEN, MEDICAL, YOUTH],
        projects: &[CANTEEN, VISITS, CLINIC, TUTORING, FESTIVAL, SUMMER],
    },
    Member {
        key: "mingwan-east",
        en: "Ming Wan Neighbourhood Association, Eastern Branch",
        zh: "明灣街坊會東區分會",
        parent: Some(LEAD),
        district: "Eastern",
        volunteers: 38,
        departments: &[TEAM, ELDERLY],
        projects: &[VISITS],
    },
    Member {
        key: "mingwan-shatin",
        en: "Ming Wan Neighbourhood Association, Sha Tin Branch",
        zh: "明灣街坊會沙田分會",
        parent: Some(LEAD),
        district: "Sha Tin",
        volunteers: 42,
        departments: &[TEAM, KITCHEN],
        projects: &[CANTEEN],
    },
    Member {
        key: PARTNER,
        en: "Bamboo Shade Elderly Services",
        zh: "竹影長者服務社",
        parent: None,
        district: "Sham Shui Po",
        volunteers: 60,
        departments: &[TEAM, ELDERLY, MEDICAL],
        projects: &[VISITS, CLINIC],
    },
    Member {
        key: EDITOR,
        en: "Three Lanterns Youth Society",
        zh: "三燈青年社",
        parent: None,
        district: "Tuen Mun",
        volunteers: 52,
        departments: &[TEAM, YOUTH],
        projects: &[TUTORING, SUMMER],
    },
    Member {
        key: "ferry",
        en: "Blue Ferry Community Kitchen",
        zh: "藍渡社區廚房",
        parent: None,
        district: "Islands",
        volunteers: 44,
        departments: &[TEAM, KITCHEN],
        projects: &[CANTEEN, FESTIVAL],
    },
    Member {
        key: "southwind",
        en: "South Wind Volunteer Clinic",
        zh: "南風義診社",
        parent: None,
        district: "Southern",
        volunteers: 46,
        departments: &[TEAM, MEDICAL],
        projects: &[CLINIC],
    },
    Member {
        key: "steps",
        en: "Stone Steps Family Services",
        zh: "石階家庭服務社",
        parent: None,
        district: "Central and Western",
        volunteers: 40,
        departments: &[TEAM, FAMILY, YOUTH],
        projects: &[OUTING, TUTORING],
    },
    Member {
        key: "steps-yuenlong",
        en: "Stone Steps Family Services, Yuen Long Office",
        zh: "石階家庭服務社元朗辦事處",
        parent: Some("steps"),
        district: "Yuen Long",
        volunteers: 26,
        departments: &[TEAM, FAMILY],
        projects: &[OUTING],
    },
    Member {
        key: "window",
        en: "Clear Window Rehabilitation Society",
        zh: "晴窗復康社",
        parent: None,
        district: "Wong Tai Sin",
        volunteers: 32,
        departments: &[TEAM, ELDERLY],
        projects: &[VISITS],
    },
];
