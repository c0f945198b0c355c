//! What people call the types of things, in English and Chinese.

/// A type for people: in English, and in Chinese.
pub(crate) fn type_in_words(name: &str) -> (&str, &'static str) {
    match name {
        "User" => ("a user", "用戶"),
        "Partner" => ("a partner", "合作機構"),
        "Job" => ("a job", "程序"),
        "Anonymous" => ("somebody who is not signed in", "未登入者"),
        "Organisation" => (name, "機構"),
        "Department" => (name, "部門"),
        "Account" => (name, "帳戶"),
        "Membership" => (name, "職務"),
        "Invitation" => (name, "邀請"),
        "Partnership" => (name, "分享"),
        "PartnershipScope" => (name, "分享範圍"),
        "PartnerToken" => (name, "合作機構權杖"),
        "PartnerTokenShare" => (name, "權杖所涉分享"),
        "Space" => (name, "協作空間"),
        "SpaceMember" => (name, "協作空間席位"),
        "SpaceProject" => (name, "協作空間計劃"),
        "SpaceStep" => (name, "協作空間經過"),
        "SpaceTemplate" => (name, "協作空間範本"),
        "ShiftTemplate" => (name, "更次範本"),
        "PartnershipStep" => (name, "分享經過"),
        "Project" => (name, "計劃"),
        "Shift" => (name, "更次"),
        "Assignment" => (name, "更表"),
        "Volunteer" => (name, "義工"),
        "Certificate" => (name, "證書"),
        "Class" => (name, "班級"),
        "Student" => (name, "學生"),
        "Guardian" => (name, "監護人"),
        "Guardianship" => (name, "監護關係"),
        "Enrolment" => (name, "就讀紀錄"),
        "Notice" => (name, "通告"),
        "NoticeReceipt" => (name, "通告回條"),
        "ConsentText" => (name, "同意書"),
        "Consent" => (name, "同意紀錄"),
        "DataRequest" => (name, "資料要求"),
        "DataRequestStep" => (name, "資料要求經過"),
        "DataRequestRefusal" => (name, "拒絕資料要求紀錄"),
        "CorrectionNote" => (name, "爭議備註"),
        "Tag" => (name, "標籤"),
        "Holiday" => (name, "公眾假期"),
        _ => (name, ""),
    }
}

/// An action for people: `sees T.field in full`, in English and in Chinese.
pub(crate) fn action_in_words(action: &str, is_deed: bool) -> (String, String) {
    match action.split_once(':') {
        Some((field, "masked")) => (
            format!("sees {field} masked"),
            format!("看到遮蔽的 {field}"),
        ),
        Some((field, "edit")) => (format!("sets {field}"), format!("編輯 {field}")),
        _ if is_deed => (format!("does {action}"), format!("執行 {action}")),
        _ if action.ends_with(".list") => {
            let of = action.trim_end_matches(".list");
            (
                format!("sees that the {of} is there"),
                format!("看到該 {of} 存在"),
            )
        }
        _ => (
            format!("sees {action} in full"),
            format!("看到完整的 {action}"),
        ),
    }
}
