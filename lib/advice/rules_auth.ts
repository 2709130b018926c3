import type { Rule } from "./rule.ts";

const AT = ["auth"];

/** Why AUTH failed (RFC 4954 section 6), by what the large providers write. */
export const AUTH_RULES: readonly Rule[] = [
  {
    // The error of XOAUTH2 and OAUTHBEARER (RFC 7628 section 3.2.2): JSON, or the base64 of what begins with {"status.
    at: AT,
    replies: [334, 4, 5],
    text:
      /^eyJzdGF0dXMi|"status" ?:|\bstatus 40[01]\b|invalid_token|invalid_grant|token (?:is |has )?(?:expired|invalid)|expired token/i,
    code: "auth.token_rejected",
    hint: "Get a fresh access token with the scope for SMTP (Google: https://mail.google.com/, Microsoft: " +
      "https://outlook.office.com/SMTP.Send). Refresh tokens of a Google app in testing mode end after 7 days.",
  },
  {
    at: AT,
    replies: [5],
    text: /authori[sz](?:ation|ed) code|授权码|\bmail\.qq\.com|user has no permission/i,
    code: "auth.provider_code",
    hint:
      "Switch on SMTP in the settings of the web mail (QQ, 163, 126) and give the authorization code it shows, " +
      "in place of the password.",
  },
  {
    at: AT,
    replies: [4, 5],
    text: /too many (?:failed |invalid |bad |unsuccessful |concurrent )?(?:log|auth|sign)/i,
    code: "auth.throttled",
    hint:
      "Wait some minutes and do not try in a loop. Send several messages over one session, so that one login is enough.",
  },
  {
    at: AT,
    replies: [5],
    enhanced: ["7.30"],
    text: /basic auth/i,
    code: "auth.basic_retired",
    hint: "Use an OAuth token (`--token-command CMD`), or another relay; an app password does not help.",
  },
  {
    at: AT,
    replies: [5],
    enhanced: ["7.139"],
    text: /SmtpClientAuthentication|smtp_auth_disabled|security defaults/i,
    code: "auth.disabled_by_admin",
    hint:
      "Ask the administrator of Microsoft 365 to allow Authenticated SMTP for the mailbox (user, Mail, Manage email " +
      "apps); an app password does not help.",
  },
  {
    at: AT,
    replies: [5],
    enhanced: ["7.13"],
    text: /account (?:is |has been )?(?:disabled|suspended|locked)/i,
    code: "auth.disabled_by_admin",
    meaning: "the account is disabled or locked",
    hint: "Log in on the provider's web page to see why, or ask the administrator.",
  },
  {
    at: AT,
    replies: [534, 535],
    text:
      /application-specific|\bapp(?:-specific)? password|BadCredentials|InvalidSecondFactor|WebLoginRequired|\bgsmtp\b/i,
    code: "auth.app_password_required",
    hint: (text) =>
      /google|gsmtp|BadCredentials|InvalidSecondFactor|WebLoginRequired/i.test(text)
        ? "Google takes no account password here. Make an app password at https://myaccount.google.com/apppasswords " +
          "(needs 2-Step Verification) and give it without spaces, or use an OAuth token (`--token-command CMD`)."
        : "Make an app password on the provider's security page (Google: https://myaccount.google.com/apppasswords, " +
          "iCloud: https://account.apple.com, Yahoo: account security) and give it in place of the account password.",
  },
  {
    at: AT,
    replies: [4, 5],
    enhanced: ["7.12"],
    code: "auth.mechanism",
    meaning: "the server must see the password once before it can offer this mechanism",
    hint:
      "Log in once with PLAIN over a secured connection (`--auth PLAIN`), or set the password anew at the provider.",
  },
  {
    at: AT,
    replies: [534],
    code: "auth.mechanism_weak",
    hint:
      "Let the mechanism be chosen (leave out `--auth`), or give a credential that a stronger one takes, such as a token.",
  },
  {
    at: AT,
    replies: [5],
    enhanced: ["7.9"],
    code: "auth.mechanism_weak",
    hint:
      "Let the mechanism be chosen (leave out `--auth`), or give a credential that a stronger one takes, such as a token.",
  },
  {
    at: AT,
    replies: [504],
    code: "auth.mechanism",
    hint: "Choose one that the server lists after AUTH in its reply to EHLO (`--auth PLAIN`, for one).",
  },
  {
    at: AT,
    replies: [500],
    enhanced: ["5.6"],
    code: "server.syntax",
    meaning: "a line of the exchange is longer than the server takes",
    hint:
      "A token may be too long for this server; ask the provider for a shorter one, or use another mechanism (`--auth`).",
  },
];
