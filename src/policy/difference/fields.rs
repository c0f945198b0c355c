//! What fields are called, for people.

/// Fields by name: in English and in Chinese. A test knows that none is missing.
#[rustfmt::skip]
const FIELDS: [(&str, &str, &str); 205] = [
    ("academicYear", "school year", "學年"), ("address", "address", "住址"),
    ("addressEn", "English address", "英文地址"), ("addressZh", "Chinese address", "中文地址"),
    ("after", "what it became", "更改後"), ("archivedAt", "time of archiving", "封存時間"),
    ("assignments", "roster", "更表"), ("at", "time of the step", "操作時間"),
    ("author", "author", "撰寫人"), ("availability", "availability", "可服務時間"),
    ("before", "what it was", "更改前"), ("birthDate", "date of birth", "出生日期"),
    ("bodyEn", "English text", "英文內容"), ("bodyZh", "Chinese text", "中文內容"),
    ("branches", "branches", "分支機構"), ("by", "person who did it", "操作人"),
    ("category", "category", "類別"), ("certificates", "certificates", "證書"),
    ("class", "class", "班級"), ("classNumber", "class number", "班號"),
    ("classes", "classes", "班級名單"), ("code", "code", "代碼"),
    ("createdAt", "time of creation", "建立時間"), ("date", "date", "日期"),
    ("deed", "deed", "操作"), ("deliveredAt", "time of delivery", "送達時間"),
    ("department", "department", "所屬部門"), ("departmentNameEn", "English name of the department", "部門英文名稱"),
    ("departmentNameZh", "Chinese name of the department", "部門中文名稱"), ("departments", "departments", "部門名單"),
    ("descriptionEn", "English description", "英文簡介"), ("descriptionZh", "Chinese description", "中文簡介"),
    ("desensitised", "desensitised display", "脫敏顯示"), ("district", "district", "地區"),
    ("edition", "edition", "版次"), ("email", "e-mail address", "電郵"),
    ("emergencyContactName", "name of the emergency contact", "緊急聯絡人姓名"), ("emergencyContactPhone", "phone of the emergency contact", "緊急聯絡人電話"),
    ("endsAt", "end", "結束時間"), ("endsOn", "last day", "結束日期"),
    ("enrolments", "enrolments", "就讀紀錄"), ("expiresOn", "day of expiry", "屆滿日期"),
    ("externalId", "identifier at the source", "來源編號"), ("fieldGroups", "shared groups of fields", "分享的資料組別"),
    ("filled", "number of places filled", "已填補名額"), ("financeType", "kind of finance", "資助種類"),
    ("forwardable", "leave to forward", "可否轉發"), ("grade", "grade", "年級"),
    ("guardian", "guardian", "監護人"), ("guardianships", "guardianships", "監護關係"),
    ("hasAccess", "access", "查閱權"), ("healthRemark", "health remark", "健康備註"),
    ("hours", "hours served", "服務時數"), ("identityNumber", "identity card number", "身份證號碼"),
    ("inForce", "being in force", "是否生效"), ("internalNote", "internal note", "內部備註"),
    ("internalNotes", "internal notes", "內部備註"), ("issuedOn", "day of issue", "簽發日期"),
    ("issuer", "issuer", "簽發機構"), ("joinedOn", "day of joining", "加入日期"),
    ("kind", "kind", "種類"), ("language", "language", "語言"),
    ("lastStep", "number of the last step", "最後步驟編號"), ("latitude", "latitude", "緯度"),
    ("lead", "lead organisation", "主導機構"), ("level", "level", "權限級別"),
    ("locale", "language of the interface", "介面語言"), ("longitude", "longitude", "經度"),
    ("mayCollect", "leave to collect", "接送權"), ("maySign", "leave to sign", "簽署權"),
    ("memberships", "roles", "職務"), ("nameEn", "English name", "英文姓名或名稱"),
    ("nameFr", "French name", "法文名稱"), ("nameZh", "Chinese name", "中文姓名或名稱"),
    ("nameZhHans", "simplified Chinese name", "簡體中文名稱"), ("needed", "number of volunteers needed", "所需人數"),
    ("notice", "notice", "通告"), ("notices", "notices", "通告"),
    ("number", "number", "編號"), ("organisation", "organisation", "所屬機構"),
    ("outdoor", "place outdoors or indoors", "是否戶外"), ("parent", "headquarters", "總部"),
    ("parentCode", "code of the group", "上級代碼"), ("partner", "partner", "合作機構"),
    ("partnership", "share", "分享"), ("phone", "phone", "電話"),
    ("place", "place", "地點"), ("preferences", "preferences", "服務意向"),
    ("progress", "progress", "進度"), ("project", "project", "計劃"),
    ("projectNameEn", "English name of the project", "計劃英文名稱"), ("projectNameZh", "Chinese name of the project", "計劃中文名稱"),
    ("projects", "projects", "計劃"), ("proposedBy", "side that proposes a change", "提出更改的一方"),
    ("proposedChange", "proposed change", "擬議更改"), ("publishedAt", "time of publication", "發布時間"),
    ("purpose", "purpose", "用途"), ("readAt", "time of reading", "閱讀時間"),
    ("readCount", "number of readers", "已讀人數"), ("receipts", "receipts", "回條"),
    ("receivesNotices", "wish for notices", "是否接收通告"), ("recipient", "recipient", "收件人"),
    ("recipientCount", "number of recipients", "收件人數"), ("registrationNumber", "registration number", "註冊編號"),
    ("relation", "relation", "關係"), ("religion", "religion", "宗教"),
    ("remark", "remark", "備註"), ("requiresSignature", "need of a signature", "是否須簽署"),
    ("residency", "places where data may go", "資料可送往的地點"),
    ("role", "role", "職務"), ("room", "room", "課室"),
    ("schoolCategory", "category of the school", "學校類別"), ("schoolGender", "gender of the students", "學生性別"),
    ("schoolLevel", "level taught", "學校程度"), ("schoolSession", "session", "上課時段"),
    ("scopes", "scopes", "分享範圍"), ("sharesGiven", "shares given", "給予的分享"),
    ("sharesReceived", "shares received", "接受的分享"), ("shift", "shift", "更次"),
    ("shiftStartsAt", "beginning of the shift", "更次開始時間"), ("shifts", "shifts", "更次"),
    ("side", "side", "一方"), ("signedAt", "time of signing", "簽署時間"),
    ("skill", "skill", "技能"), ("skills", "skills", "技能"),
    ("source", "source", "來源"), ("startsAt", "beginning", "開始時間"),
    ("startsOn", "first day", "開始日期"), ("state", "state", "狀態"),
    ("status", "status", "狀況"), ("steps", "steps", "經過"),
    ("student", "student", "學生"), ("students", "students", "學生"),
    ("suspendedBy", "side that suspended it", "暫停的一方"), ("tags", "tags", "標籤"),
    ("taskType", "task type", "任務類型"), ("telephone", "telephone", "電話"),
    ("title", "title", "名稱"), ("titleEn", "English title", "英文標題"),
    ("titleZh", "Chinese title", "中文標題"), ("upcomingShifts", "number of shifts to come", "將來更次數目"),
    ("urgency", "urgency", "緊急程度"), ("user", "sign-in", "帳戶"),
    ("validFrom", "beginning of validity", "生效時間"), ("validTo", "end of validity", "失效時間"),
    ("vocabulary", "vocabulary", "詞彙表"), ("volunteer", "volunteer", "義工"),
    ("volunteers", "volunteers", "義工名單"), ("wards", "wards", "受監護學童"),
    ("website", "web site", "網址"),
    ("consents", "consents", "同意紀錄"), ("act", "act", "同意或撤回"),
    ("isLatest", "being the last act", "是否最新"), ("capacity", "capacity", "以何身分作出"),
    ("channel", "channel", "途徑"), ("receiver", "receiver", "資料使用者"),
    ("text", "text shown", "所示同意書"), ("textEn", "English text", "英文文本"),
    ("textZh", "Chinese text", "中文文本"),
    ("projectsReached", "number of projects reached", "所及計劃數目"), ("shiftsReached", "number of shifts reached", "所及更次數目"),
    ("peopleReached", "number of people reached", "所及人數"), ("space", "space", "協作空間"),
    ("members", "members", "成員"), ("since", "time since when", "起始時間"),
    ("broughtAt", "time of bringing in", "帶入時間"), ("shares", "shares", "分享"),
    ("audience", "service that it is for", "適用服務"), ("expiresAt", "time of expiry", "到期時間"),
    ("issuedAt", "time of issue", "簽發時間"), ("lastUsedAt", "time of the last use", "最後使用時間"),
    ("longLived", "being good for long", "是否長期有效"), ("name", "name", "名稱"),
    ("networks", "networks that it is good from", "可用網絡"), ("partnerToken", "token", "權杖"),
    ("correctedField", "field to correct", "須改正的欄目"),
    ("correctionNotes", "notes of disputed fields", "爭議備註"),
    ("disputedField", "disputed field", "受爭議的欄目"),
    ("dueOn", "last day for the answer", "回覆限期"),
    ("day", "day of the clock", "期限日數"),
    ("ground", "ground of refusal", "拒絕理由"),
    ("isOverdue", "being overdue", "是否逾期"),
    ("keptUntil", "end of keeping", "保存期限"),
    ("nextReminderOn", "day of the next reminder", "下次提示日期"),
    ("notedAt", "time of the note", "備註時間"),
    ("openedBy", "person who asked", "提出人"),
    ("openedOn", "day of the request", "提出日期"),
    ("particulars", "particulars", "詳情"),
    ("proposedValue", "proposed value", "建議內容"),
    ("reasons", "written reasons", "書面理由"),
    ("refusedOn", "day of the refusal", "拒絕日期"),
    ("request", "data request", "資料要求"),
    ("settledAt", "time of the answer", "回覆時間"),
    ("statement", "own words", "當事人陳述"),
    ("withheld", "parts left out", "未提供部分"),
    ("durationMinutes", "length in minutes", "所需分鐘"), ("template", "template", "更次範本"),
    ("instructionsEn", "English instructions", "英文指引"), ("instructionsZh", "Chinese instructions", "中文指引"),
    ("templates", "templates", "更次範本"),
    ("acceptedAt", "time of acceptance", "接受時間"), ("invitedBy", "person who invited", "邀請人"),
    ("sentAt", "time of the invitation", "邀請時間"),
    ("revokedAt", "time of revocation", "撤銷時間"), ("revokedBy", "person who revoked it", "撤銷人"),
];

/// What a field is called, in English and in Chinese; by its own name where nobody gave it another.
#[must_use]
pub fn field_in_words(name: &'static str) -> (&'static str, &'static str) {
    let known = FIELDS.iter().find(|(known, ..)| *known == name);
    known.map_or((name, name), |(_, en, zh)| (*en, *zh))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::TYPES;

    #[test]
    fn every_field_of_the_catalogue_has_words_and_no_word_is_idle() {
        let fields = || TYPES.iter().flat_map(|of| of.fields.iter());
        for field in fields() {
            let known = FIELDS.iter().any(|(name, ..)| *name == field.name);
            assert!(known, "{} has no words", field.name);
        }
        for (name, en, zh) in FIELDS {
            assert!(fields().any(|field| field.name == name), "{name}");
            assert!(!en.is_empty() && !zh.is_empty(), "{name}");
        }
    }
}
