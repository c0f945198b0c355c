// Everything that the page says, in English and in traditional Chinese.

const english = {
  other: '中文',
  nothing: 'Nothing to do here',
  nothingMore: 'This page is reached by the link in a letter. Open the link once more, or ask for another letter.',
  setTitle: 'Set your password',
  setDone: 'Your password is set, and you were signed out everywhere. You can sign in now.',
  password: 'New password',
  passwordHint: 'At least 12 characters; a few words are best.',
  again: 'New password once more',
  set: 'Set the password',
  inviteTitle: 'An invitation',
  invited: '{0} invites you, {1}, to be: {2}.',
  newHere: 'I am new here',
  nameZh: 'Name in Chinese (if you like)',
  nameEn: 'Name in English (if you like)',
  accept: 'Accept',
  haveAccount: 'I have an account',
  email: 'E-mail address',
  own: 'Password',
  code: 'One-time code',
  signIn: 'Sign in and accept',
  accepted: 'You have accepted. You can sign in now.',
  wait: 'One moment …',
  ADMINISTRATOR: 'administrator',
  COORDINATOR: 'coordinator',
  TEAM_LEADER: 'team leader',
  VOLUNTEER: 'volunteer',
  TEACHER: 'teacher',
  PRIVACY_OFFICER: 'privacy officer',
  DIFFERENT: 'The two passwords are not the same.',
  LINK_REFUSED: 'The link is not good any more; ask for another.',
  PASSWORD_TOO_SHORT: 'The password is too short.',
  PASSWORD_TOO_LONG: 'The password is too long.',
  PASSWORD_TOO_COMMON: 'This password is too common; choose another.',
  NAME_INVALID: 'A name has signs that no name has, or is too long.',
  SIGN_IN_TO_ACCEPT: 'This address has an account. Sign in below to accept.',
  SIGN_IN_FAILED: 'The e-mail address, the password or the code is not right.',
  CODE_NEEDED: 'A one-time code is needed as well.',
  CODE_WRONG: 'The code is not right.',
  TOO_MANY_REQUESTS: 'Too many tries; come again later.',
  failed: 'Something went wrong; try again later.',
};

const chinese = {
  other: 'English',
  nothing: '此處沒有事項',
  nothingMore: '請由信件中的連結開啟本頁。請再次開啟連結，或要求另發信件。',
  setTitle: '設定密碼',
  setDone: '密碼已設定，所有裝置均已登出。你現在可以登入。',
  password: '新密碼',
  passwordHint: '最少 12 個字元；以數個詞語組成為佳。',
  again: '再次輸入新密碼',
  set: '設定密碼',
  inviteTitle: '邀請',
  invited: '{0}邀請你（{1}）擔任：{2}。',
  newHere: '我是新用戶',
  nameZh: '中文姓名（可不填）',
  nameEn: '英文姓名（可不填）',
  accept: '接受',
  haveAccount: '我已有帳戶',
  email: '電郵地址',
  own: '密碼',
  code: '一次性驗證碼',
  signIn: '登入並接受',
  accepted: '你已接受邀請，現在可以登入。',
  wait: '請稍候 …',
  ADMINISTRATOR: '管理員',
  COORDINATOR: '統籌',
  TEAM_LEADER: '組長',
  VOLUNTEER: '義工',
  TEACHER: '教師',
  PRIVACY_OFFICER: '私隱主任',
  DIFFERENT: '兩次輸入的密碼不同。',
  LINK_REFUSED: '連結已失效，請要求另發信件。',
  PASSWORD_TOO_SHORT: '密碼過短。',
  PASSWORD_TOO_LONG: '密碼過長。',
  PASSWORD_TOO_COMMON: '密碼過於常見，請另選密碼。',
  NAME_INVALID: '姓名含有不適用的字元或過長。',
  SIGN_IN_TO_ACCEPT: '此地址已有帳戶，請在下方登入以接受邀請。',
  SIGN_IN_FAILED: '電郵地址、密碼或驗證碼不正確。',
  CODE_NEEDED: '另須輸入一次性驗證碼。',
  CODE_WRONG: '驗證碼不正確。',
  TOO_MANY_REQUESTS: '嘗試次數過多，請稍後再試。',
  failed: '發生錯誤，請稍後再試。',
};

const TABLES = { en: english, 'zh-HK': chinese };

const wanted = (navigator.languages ?? [navigator.language]).find((code) => /^(?:en|zh)/i.test(code)) ?? 'en';
let spoken = /^zh/i.test(wanted) ? 'zh-HK' : 'en';

/** The language, as the server takes it. */
export const language = () => spoken;

/** The other language from now on. */
export const turn = () => { spoken = spoken === 'en' ? 'zh-HK' : 'en'; };

/** What the page says; `{0}` is the first of what is given. */
export const say = (key, ...given) =>
  (TABLES[spoken][key] ?? TABLES[spoken].failed).replaceAll(/\{(\d)\}/g, (_, at) => given[at] ?? '');

/** One of two names, whichever there is. */
export const either = (inEnglish, inChinese) =>
  (spoken === 'en' ? inEnglish ?? inChinese : inChinese ?? inEnglish) ?? '';
