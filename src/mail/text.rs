//! What letters say: both languages in one letter, that of the person first, and nobody's name.

/// A letter.
pub struct Letter {
    /// What it is about.
    pub about: About,
    /// Whether Chinese comes first.
    pub chinese: bool,
}

/// What a letter is about.
pub enum About {
    /// A link to set another password.
    Recovery(String),
    /// A link to set the first one.
    Invitation(String),
    /// A link to take a role in an organisation, whose name is told in English and in Chinese.
    Join(String, (String, String)),
    /// The password was changed.
    Changed,
}

impl Letter {
    /// A link to set another password.
    #[must_use]
    pub fn recovery(link: String, chinese: bool) -> Self {
        let about = About::Recovery(link);
        Self { about, chinese }
    }

    /// A link to set the first password.
    #[must_use]
    pub fn invitation(link: String, chinese: bool) -> Self {
        let about = About::Invitation(link);
        Self { about, chinese }
    }

    /// A link to take a role in an organisation. Who is written to, and in which language, is not
    /// known: Chinese comes first.
    #[must_use]
    pub fn join(link: String, organisation: (String, String)) -> Self {
        let about = About::Join(link, organisation);
        let chinese = true;
        Self { about, chinese }
    }

    /// The password was changed.
    #[must_use]
    pub fn changed(chinese: bool) -> Self {
        let about = About::Changed;
        Self { about, chinese }
    }

    /// The line above it.
    #[must_use]
    pub fn subject(&self) -> String {
        let (english, chinese) = match self.about {
            About::Recovery(_) => ("Set a new password", "重設密碼"),
            About::Invitation(_) => ("Your account", "你的帳戶"),
            About::Join(..) => ("An invitation", "邀請"),
            About::Changed => ("Your password was changed", "你的密碼已更改"),
        };
        self.both(english, chinese, " / ")
    }

    /// What it says.
    #[must_use]
    pub fn body(&self) -> String {
        let (english, chinese) = match &self.about {
            About::Recovery(link) => (
                format!(
                    "Somebody asked to set a new password for your account. Within 30 minutes of \
                     that, and once, you can do so here:\n\n{link}\n\nIf it was not you, do \
                     nothing; nothing has changed."
                ),
                format!(
                    "有人要求重設你帳戶的密碼。由提出要求起 30 分鐘內，你可在此重設一次：\n\n{link}\n\n\
                     如並非你本人提出，請不用理會，一切維持不變。"
                ),
            ),
            About::Invitation(link) => (
                format!(
                    "An account was made for you. Once, and as long as the invitation lasts, you can \
                     set its password here:\n\n{link}\n\nIf you do not know of it, do nothing."
                ),
                format!(
                    "我們已為你開設帳戶。在邀請有效期內，你可在此設定密碼一次：\n\n{link}\n\n\
                     如你不知情，請不用理會。"
                ),
            ),
            About::Join(link, (organisation_en, organisation_zh)) => (
                format!(
                    "{organisation_en} invites you to work with it. Once, and as long as the \
                     invitation lasts, you can accept here, with a new password or by signing \
                     in:\n\n{link}\n\nIf you do not know of it, do nothing."
                ),
                format!(
                    "{organisation_zh}邀請你加入。在邀請有效期內，你可在此接受一次，\
                     設定新密碼或登入現有帳戶即可：\n\n{link}\n\n如你不知情，請不用理會。"
                ),
            ),
            About::Changed => (
                "The password of your account was changed, and you were signed out everywhere. If it \
                 was not you, tell your organisation at once."
                    .to_owned(),
                "你帳戶的密碼已更改，所有裝置均已登出。如並非你本人操作，請立即通知所屬機構。"
                    .to_owned(),
            ),
        };
        let mut body = self.both(&english, &chinese, "\n\n---\n\n");
        body.push('\n');
        body
    }

    fn both(&self, english: &str, chinese: &str, between: &str) -> String {
        match self.chinese {
            true => [chinese, between, english].concat(),
            false => [english, between, chinese].concat(),
        }
    }
}
