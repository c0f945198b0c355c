//! Why nothing was published, in Chinese.

use super::LiveError;

impl LiveError {
    /// The same in traditional Chinese, for whoever reads it on a page.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Store(_) => "資料庫出錯。".to_owned(),
            Self::Source(_) => "現行政策檔案無法使用。".to_owned(),
            Self::Report(_) => "檢查結果無法儲存。".to_owned(),
            Self::Faults(report) => {
                let count = report.faults().count();
                let first = report.faults().next();
                let first = first.map_or_else(String::new, |fault| {
                    format!("；第一項：{}:{}：{}", fault.file, fault.line, fault.zh)
                });
                format!("政策有 {count} 項錯誤{first}")
            }
            Self::Unfit(number, _) => format!("已發布的第 {number} 號政策集未能通過本程式的檢查。"),
            Self::Refused(_) => "現行政策不准許此人這樣做。".to_owned(),
            Self::NoKeeper(_) => {
                "現行政策不准許此人這樣做，而且尚未有機構負責保管政策；請伺服器管理員以 \
                 `kaifong policy keeper add 機構` 指定。"
                    .to_owned()
            }
            Self::Person(_) => "此人不能登入。".to_owned(),
            Self::Unknown(number) => format!("沒有第 {number} 號已發布的政策集。"),
            Self::NotWaiting(number) => format!("第 {number} 號政策集並非待批核。"),
            Self::Superseded(number) => {
                format!("第 {number} 號政策集發布後已有另一政策集生效；請重新發布。")
            }
            Self::SamePerson(number) => {
                format!("第 {number} 號政策集須由發布者以外的另一人批核。")
            }
            Self::Overtaken => "同一時間有其他人令另一政策集生效；請查看後再試。".to_owned(),
            Self::LockedOut => "在這些政策之下，此人不能再發布政策，亦無法更正。".to_owned(),
            Self::Reason => "請以文字說明原因。".to_owned(),
        }
    }
}
