//! What viewers, records and deeds are called, for people, in English and in traditional Chinese.

use crate::catalogue::Type;

/// As what somebody asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs an organisation.
    Administrator,
    /// Plans its projects.
    Coordinator,
    /// Leads the shifts of a project.
    TeamLeader,
    /// Teaches a class.
    Teacher,
    /// Looks after policies.
    PrivacyOfficer,
    /// Takes part in shifts.
    Volunteer,
    /// Is responsible for a student.
    Guardian,
    /// Signs in, whoever it is.
    User,
    /// A share with a partner, and whoever has a token of it.
    Share,
    /// Internal work of this name.
    Job(String),
    /// Nobody in particular.
    Nobody,
}

impl Role {
    /// The role of a membership.
    #[must_use]
    pub fn of_membership(word: &str) -> Option<Self> {
        Some(match word {
            "ADMINISTRATOR" => Self::Administrator,
            "COORDINATOR" => Self::Coordinator,
            "TEAM_LEADER" => Self::TeamLeader,
            "TEACHER" => Self::Teacher,
            "PRIVACY_OFFICER" => Self::PrivacyOfficer,
            "VOLUNTEER" => Self::Volunteer,
            "GUARDIAN" => Self::Guardian,
            _ => return None,
        })
    }

    /// The word for programs.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Administrator => "ADMINISTRATOR",
            Self::Coordinator => "COORDINATOR",
            Self::TeamLeader => "TEAM_LEADER",
            Self::Teacher => "TEACHER",
            Self::PrivacyOfficer => "PRIVACY_OFFICER",
            Self::Volunteer => "VOLUNTEER",
            Self::Guardian => "GUARDIAN",
            Self::User => "USER",
            Self::Share => "SHARE",
            Self::Job(name) => return format!("JOB {name}"),
            Self::Nobody => "NOBODY",
        }
        .to_owned()
    }

    /// One of them, several of them, and the same in Chinese with its measure word.
    #[must_use]
    pub fn words(&self) -> (String, String, String) {
        let (one, many, zh) = match self {
            Self::Administrator => ("administrator", "administrators", "名管理員"),
            Self::Coordinator => ("coordinator", "coordinators", "名統籌"),
            Self::TeamLeader => ("team leader", "team leaders", "名隊長"),
            Self::Teacher => ("teacher", "teachers", "名教師"),
            Self::PrivacyOfficer => ("privacy officer", "privacy officers", "名私隱主任"),
            Self::Volunteer => ("volunteer", "volunteers", "名義工"),
            Self::Guardian => ("guardian", "guardians", "名監護人"),
            Self::User => ("user", "users", "名用戶"),
            Self::Share => ("share", "shares", "項分享"),
            Self::Job(name) => {
                let en = format!("the job `{name}`");
                return (en.clone(), en, format!("程序「{name}」"));
            }
            Self::Nobody => {
                let en = "whoever is not signed in".to_owned();
                return (en.clone(), en, "未登入者".to_owned());
            }
        };
        (one.to_owned(), many.to_owned(), zh.to_owned())
    }

    /// Whether there is only ever one of it.
    #[must_use]
    pub const fn alone(&self) -> bool {
        matches!(self, Self::Job(_) | Self::Nobody)
    }
}

/// One record of a type, several of them, and the same in Chinese with its measure word.
#[must_use]
pub fn type_in_words(of: &Type) -> (&'static str, &'static str, &'static str) {
    match of.name {
        "Organisation" => ("organisation", "organisations", "間機構"),
        "Department" => ("department", "departments", "個部門"),
        "User" => ("user", "users", "名用戶"),
        "Membership" => ("role of a person", "roles of people", "項職務"),
        "Invitation" => ("invitation", "invitations", "項邀請"),
        "Partnership" => ("share", "shares", "項分享"),
        "PartnershipStep" => ("step of a share", "steps of shares", "項分享經過"),
        "PartnerToken" => ("token of a partner", "tokens of partners", "個合作機構權杖"),
        "PartnerTokenShare" => ("share of a token", "shares of tokens", "項權杖所涉分享"),
        "Space" => ("space", "spaces", "個協作空間"),
        "SpaceMember" => ("place in a space", "places in spaces", "個協作空間席位"),
        "SpaceProject" => ("project in a space", "projects in spaces", "項協作空間計劃"),
        "SpaceStep" => ("step of a space", "steps of spaces", "項協作空間經過"),
        "SpaceTemplate" => (
            "template in a space",
            "templates in spaces",
            "項協作空間範本",
        ),
        "ShiftTemplate" => ("template", "templates", "個更次範本"),
        "PartnershipScope" => ("scope of a share", "scopes of shares", "項分享範圍"),
        "Project" => ("project", "projects", "個計劃"),
        "Volunteer" => ("volunteer", "volunteers", "名義工"),
        "Certificate" => ("certificate", "certificates", "張證書"),
        "Shift" => ("shift", "shifts", "個更次"),
        "Assignment" => ("roster entry", "roster entries", "項更表紀錄"),
        "Class" => ("class", "classes", "個班級"),
        "Student" => ("student", "students", "名學生"),
        "Guardian" => ("guardian", "guardians", "名監護人"),
        "Guardianship" => ("guardianship", "guardianships", "項監護關係"),
        "Enrolment" => ("enrolment", "enrolments", "項就讀紀錄"),
        "Notice" => ("notice", "notices", "份通告"),
        "NoticeReceipt" => ("receipt of a notice", "receipts of notices", "份通告回條"),
        "ConsentText" => ("text on consent", "texts on consent", "份同意書"),
        "Consent" => ("act of consent", "acts of consent", "項同意紀錄"),
        "DataRequest" => ("data request", "data requests", "項資料要求"),
        "DataRequestStep" => (
            "step of a data request",
            "steps of data requests",
            "項資料要求經過",
        ),
        "DataRequestRefusal" => (
            "refusal of a data request",
            "refusals of data requests",
            "項拒絕資料要求紀錄",
        ),
        "CorrectionNote" => (
            "note of a disputed field",
            "notes of disputed fields",
            "項爭議備註",
        ),
        "Tag" => ("tag", "tags", "個標籤"),
        "Holiday" => ("holiday", "holidays", "個公眾假期"),
        name => (name, name, "項紀錄"),
    }
}

/// What one does with a deed, in English before the records and in Chinese.
#[must_use]
pub fn deed_in_words(name: &'static str) -> (&'static str, &'static str) {
    match name {
        "create" => ("add", "新增"),
        "change" => ("change", "更改"),
        "archive" => ("archive", "封存"),
        "accept" => ("accept", "接受"),
        "decline" => ("decline", "拒絕"),
        "proposeChange" => ("propose a change of", "提出更改"),
        "acceptChange" => ("accept a change of", "接受更改"),
        "declineChange" => ("decline a change of", "拒絕更改"),
        "suspend" => ("suspend", "暫停"),
        "resume" => ("resume", "恢復"),
        "revoke" => ("revoke", "撤銷"),
        "import" => ("load from files", "從檔案載入"),
        "assign" => ("put volunteers on the rosters of", "編排義工值更："),
        "unassign" => ("take off the roster", "從更表移除"),
        "publish" => ("publish", "發布"),
        "confirm" => ("confirm", "確認"),
        "publishPolicies" => ("publish policies for", "發布政策，適用於"),
        "approvePolicies" => ("approve policies for", "批核政策，適用於"),
        "rollBackPolicies" => ("go back to earlier policies for", "還原舊有政策，適用於"),
        "retire" => ("stop showing", "停用"),
        "erase" => ("erase", "刪除"),
        "expire" => (
            "erase what was kept long enough by",
            "刪除保存期已屆滿的資料，屬於",
        ),
        "privacyOffice" => (
            "read what is kept, held and erased by",
            "閱讀保存、保留及刪除事項，屬於",
        ),
        "placeHold" => ("hold records of", "保留紀錄，屬於"),
        "releaseHold" => ("end holds of", "解除保留，屬於"),
        "setRetention" => ("say how long data is kept by", "訂明資料保存期，屬於"),
        "setResidency" => ("say where data may go of", "訂明資料可送往何處，屬於"),
        "transfer" => ("be sent data of", "獲傳送資料，屬於"),
        "giveConsent" => ("give consent for", "作出同意，關於"),
        "withdrawConsent" => ("withdraw consent for", "撤回同意，關於"),
        "nameWithIdentityNumber" => (
            "see the name and the identity number in one answer of",
            "在同一回覆中看到姓名及身份證號碼",
        ),
        "score" => ("score the replies of", "評估回覆，關於"),
        "seeSmallGroups" => (
            "see how many there are in small groups of",
            "看到小組別的人數，關於",
        ),
        "recordTime" => ("record the times of", "記錄時間，關於"),
        "invite" => ("invite to", "邀請加入"),
        "remove" => ("put others out of", "移除成員，於"),
        "join" => ("join", "加入"),
        "leave" => ("leave", "退出"),
        "bring" => ("bring projects into", "帶入計劃到"),
        "takeOut" => ("take projects out of", "取回計劃自"),
        "bringTemplates" => ("bring templates into", "帶入範本到"),
        "takeOutTemplates" => ("take templates out of", "取回範本自"),
        "issue" => ("issue", "簽發"),
        "share" => ("offer shares from", "提出分享，自"),
        "open" => ("make", "提出"),
        "answer" => ("answer in whole", "全部回覆"),
        "answerPartly" => ("answer in part", "部分回覆"),
        "refuse" => ("refuse", "拒絕遵從"),
        "withdraw" => ("take back", "撤回"),
        "export" => ("fetch the copy of", "取得副本，關於"),
        "preview" => (
            "look before the answer at the copy of",
            "回覆前預覽副本，關於",
        ),
        "remind" => ("record reminders of", "記錄提示，關於"),
        "rename" => ("rename", "重新命名"),
        "send" => ("invite by", "邀請他人，透過"),
        "readDisclosures" => ("read who was shown", "查閱披露紀錄，關於"),
        "drillBreach" => (
            "read who could have seen, and who did see",
            "查閱誰曾可看到及誰曾看到",
        ),
        "readChanges" => ("read the changes of", "查閱更改紀錄，關於"),
        name => (name, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::TYPES;

    #[test]
    fn every_type_and_deed_of_the_catalogue_has_words() {
        for of in TYPES {
            assert_ne!(type_in_words(of).0, of.name, "{}", of.name);
            for deed in of.deeds {
                let chinese = deed_in_words(deed.name).1;
                assert_ne!(chinese, deed.name, "{} has no words", deed.name);
            }
        }
    }
}
