//! What a viewer holds, as an officer is told of it.

/// What a viewer holds, in words.
pub const HELD: [(&str, &str, &str); 32] = [
    (
        "administers",
        "the organisations that the viewer administers",
        "檢視者管理的機構",
    ),
    (
        "oversees",
        "the branches below those that the viewer administers",
        "檢視者所管理機構的分支機構",
    ),
    (
        "coordinates",
        "the organisations that the viewer coordinates",
        "檢視者統籌的機構",
    ),
    (
        "officerOf",
        "the organisations whose privacy officer the viewer is",
        "檢視者任私隱主任的機構",
    ),
    (
        "keepsPoliciesOf",
        "those of the organisations whose privacy officer the viewer is that look after the policies",
        "檢視者任私隱主任而負責保管政策的機構",
    ),
    (
        "memberOf",
        "the organisations of which the viewer is a member",
        "檢視者所屬的機構",
    ),
    (
        "teachesAt",
        "the schools where the viewer teaches",
        "檢視者任教的學校",
    ),
    (
        "wardSchools",
        "the schools of the viewer's children",
        "檢視者子女的學校",
    ),
    (
        "leads",
        "the projects that the viewer leads",
        "檢視者帶領的計劃",
    ),
    (
        "leadsToday",
        "today's shifts of the projects that the viewer leads",
        "檢視者所帶領計劃今日的更次",
    ),
    (
        "ownVolunteers",
        "the viewer's own volunteer records",
        "檢視者本人的義工紀錄",
    ),
    (
        "ownShifts",
        "the shifts on whose roster the viewer is",
        "檢視者在更表上的更次",
    ),
    (
        "teaches",
        "the classes that the viewer teaches",
        "檢視者任教的班級",
    ),
    (
        "ownGuardians",
        "the viewer's own guardian records",
        "檢視者本人的監護人紀錄",
    ),
    (
        "wards",
        "the children to whose record the viewer has access",
        "檢視者有權查閱的子女",
    ),
    (
        "wardClasses",
        "the classes of the viewer's children",
        "檢視者子女的班級",
    ),
    (
        "shares",
        "the shares of the partner's token that are in force",
        "權杖所涉而仍然生效的分享",
    ),
    (
        "leadOrganisations",
        "the organisations that share with the partner",
        "向合作機構分享的主導機構",
    ),
    (
        "seesFrameOf",
        "the projects shared with the partner",
        "獲分享的計劃",
    ),
    (
        "seesFrameOfShifts",
        "the single shifts shared with the partner",
        "獲單獨分享的更次",
    ),
    (
        "seesRosterOf",
        "the projects whose roster was shared",
        "已分享更表的計劃",
    ),
    (
        "seesRosterOfShifts",
        "the single shifts whose roster was shared",
        "已分享更表的更次",
    ),
    (
        "seesNamesMaskedOf",
        "the projects whose volunteers are shown masked",
        "以遮蔽姓名分享義工的計劃",
    ),
    (
        "seesNamesOf",
        "the projects whose volunteers' names were shared",
        "已分享義工姓名的計劃",
    ),
    (
        "seesContactsOf",
        "the projects whose volunteers' contacts were shared",
        "已分享義工聯絡方法的計劃",
    ),
    (
        "seesHistoryOf",
        "the projects whose history of rosters was shared",
        "已分享更表紀錄的計劃",
    ),
    (
        "seesOriginsOf",
        "the projects whose origins were shared",
        "已分享來源的計劃",
    ),
    (
        "seesNotesOf",
        "the projects whose notes were shared",
        "已分享備註的計劃",
    ),
    (
        "editsProgressOf",
        "the projects in which the partner may edit",
        "合作機構可編輯的計劃",
    ),
    (
        "editsRosterOf",
        "the projects whose rosters the partner may edit",
        "合作機構可編輯更表的計劃",
    ),
    (
        "plansOf",
        "the projects that the partner may plan",
        "合作機構可規劃的計劃",
    ),
    (
        "marketsFor",
        "the partner itself, where a share is for direct marketing",
        "如分享用作直接促銷，即合作機構本身",
    ),
];
