import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Reply, StageName } from "../../lib/errors.ts";
import { adviseReply } from "../../lib/advice/reply.ts";

const STAGES: Readonly<Record<string, StageName>> = {
  "": "connect",
  EHLO: "ehlo",
  STARTTLS: "tls",
  AUTH: "auth",
  MAIL: "envelope",
  RCPT: "envelope",
  QUIT: "quit",
};

/** Reads `550-5.1.1 No such / 5.1.1 user` as a reply of two lines. */
function reply(text: string): Reply {
  const code = Number(text.slice(0, 3));
  const lines = text.slice(4).split(" / ");
  const enhanced = /^[245]\.\d+\.\d+/.exec(lines[0])?.[0];
  return { code, enhanced, lines };
}

function advise(command: string, text: string) {
  return adviseReply(reply(text), { stage: STAGES[command] ?? "data", command });
}

function table(rows: readonly (readonly [command: string, said: string, code: string])[]): void {
  for (const [command, said, code] of rows) {
    Deno.test(`adviseReply() says ${code} of "${said}" to ${command || "the greeting"}`, () => {
      const advice = advise(command, said);
      assertEquals(advice.code, code);
      assertEquals(/^[a-z].*[^.]$/.test(advice.meaning), true, advice.meaning);
      assertEquals(/^[A-Z].*[.?]$/.test(advice.hint), true, advice.hint);
    });
  }
}

// Login.
table([
  [
    "AUTH",
    "534 5.7.9 Application-specific password required. For more information, go to / 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp",
    "auth.app_password_required",
  ],
  [
    "AUTH",
    "535 5.7.8 Username and Password not accepted. For more information, go to / 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp",
    "auth.app_password_required",
  ],
  [
    "AUTH",
    "534 5.7.14 Please log in via your web browser / 5.7.14 https://support.google.com/mail/?p=WebLoginRequired",
    "auth.app_password_required",
  ],
  [
    "AUTH",
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled",
    "auth.disabled_by_admin",
  ],
  [
    "AUTH",
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy",
    "auth.disabled_by_admin",
  ],
  ["AUTH", "525 5.7.13 User account disabled", "auth.disabled_by_admin"],
  [
    "AUTH",
    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
    "auth.basic_retired",
  ],
  ["AUTH", "550 5.7.30 Basic authentication is not supported for Client Submission.", "auth.basic_retired"],
  ["MAIL", "550 5.7.30 Basic authentication is not supported for Client Submission.", "auth.basic_retired"],
  ["AUTH", "535 Login Fail. Please enter your authorization code to login.", "auth.provider_code"],
  ["AUTH", "535 Error: 请使用授权码登录", "auth.provider_code"],
  ["AUTH", "535 Login fail. More information at https://help.mail.qq.com/detail/0/1", "auth.provider_code"],
  ["AUTH", "550 User has no permission", "auth.provider_code"],
  [
    "AUTH",
    `334 ${btoa('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')}`,
    "auth.token_rejected",
  ],
  ["AUTH", `334 ${btoa('{"status":"invalid_token"}')}`, "auth.token_rejected"],
  ["AUTH", '535 {"status":"401","schemes":"bearer"}', "auth.token_rejected"],
  ["AUTH", "535 5.7.8 no / status 400, schemes Bearer", "auth.token_rejected"],
  ["AUTH", "334 invalid_token", "auth.token_rejected"],
  ["AUTH", "454 4.7.0 Too many login attempts, please try again later.", "auth.throttled"],
  ["AUTH", "421 4.7.0 Too many login attempts", "auth.throttled"],
  ["AUTH", "535 5.7.0 (#AUTH005) Too many bad auth attempts.", "auth.throttled"],
  ["AUTH", "454 4.7.0 Temporary authentication failure", "auth.unavailable"],
  ["AUTH", "504 5.5.4 Unrecognized authentication type", "auth.mechanism"],
  ["AUTH", "432 4.7.12 A password transition is needed", "auth.mechanism"],
  ["AUTH", "534 5.7.9 Authentication mechanism is too weak", "auth.mechanism_weak"],
  ["AUTH", "550 5.7.9 Too weak", "auth.mechanism_weak"],
  ["AUTH", "535 5.7.8 Error: authentication failed", "auth.failed"],
  ["AUTH", "535 5.7.3 Authentication unsuccessful", "auth.failed"],
  ["AUTH", "526 Authentication failure", "auth.failed"],
  ["AUTH", "500 5.5.6 Authentication exchange line is too long", "server.syntax"],
]);

// TLS, and what is wanted before a command.
table([
  ["MAIL", "530 5.7.0 Must issue a STARTTLS command first", "tls.required_first"],
  ["AUTH", "530 5.7.0 No", "tls.required_first"],
  ["AUTH", "538 5.7.11 Encryption required for requested authentication mechanism", "tls.required_first"],
  ["MAIL", "523 5.7.10 Encryption Needed", "tls.required_first"],
  ["MAIL", "451 5.7.3 STARTTLS is required to send mail", "tls.required_first"],
  ["MAIL", "530 5.7.0 Authentication Required", "auth.required"],
  ["MAIL", "530 5.7.1 Authentication required", "auth.required"],
  ["MAIL", "530 5.7.57 Client not authenticated to send mail.", "auth.required"],
  ["RCPT", "550 5.7.1 Authentication is required for relay", "auth.required"],
  ["MAIL", "503 Error: need EHLO and AUTH first !", "auth.required"],
  ["STARTTLS", "454 4.7.0 TLS not available due to local problem", "tls.refused"],
  ["STARTTLS", "502 5.5.1 Not implemented", "tls.refused"],
]);

// Greeting and EHLO.
table([
  ["", "421 4.3.2 Too many connections", "connect.busy"],
  ["", "450 4.3.2 Not now", "connect.busy"],
  ["", "554 5.7.1 No SMTP service here", "connect.greeting_refused"],
  ["", "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "policy.blocklisted"],
  ["", "521 mail.example.com does not accept mail", "rcpt.no_mail_accepted"],
  ["EHLO", "501 5.5.4 Invalid domain name", "ehlo.name_refused"],
  ["RCPT", "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname", "ehlo.name_refused"],
  ["EHLO", "421 4.3.0 Closing", "server.busy"],
]);

// Policy.
table([
  [
    "content",
    "550 5.7.26 This mail has been blocked because the sender is unauthenticated.",
    "policy.unauthenticated_sender",
  ],
  [
    "content",
    "421 4.7.0 This mail is unauthenticated, which poses a security risk",
    "policy.unauthenticated_sender",
  ],
  ["content", "550 5.7.9 Unauthenticated sender", "policy.unauthenticated_sender"],
  ["content", "550 5.7.20 No passing DKIM signature found", "policy.unauthenticated_sender"],
  ["RCPT", "550 5.7.23 SPF validation failed", "policy.unauthenticated_sender"],
  ["content", "550 5.7.515 Access denied", "policy.unauthenticated_sender"],
  ["RCPT", "550 5.7.25 The IP address has no PTR record", "policy.reverse_dns"],
  ["RCPT", "450 4.7.1 Client host rejected: cannot find your reverse hostname", "policy.reverse_dns"],
  [
    "RCPT",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "policy.blocklisted",
  ],
  ["content", "550 5.4.5 Daily user sending limit exceeded", "policy.sending_limit"],
  ["content", "421 4.7.28 Unusual rate of mail", "policy.sending_limit"],
]);

// Sender.
table([
  [
    "MAIL",
    "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user b",
    "envelope.sender_not_allowed",
  ],
  [
    "RCPT",
    "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user b",
    "envelope.sender_not_allowed",
  ],
  ["MAIL", "553 Not yours", "envelope.sender_not_allowed"],
  [
    "content",
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "envelope.sender_not_allowed",
  ],
  [
    "content",
    "554 5.2.252 SendAsDenied; a@example.com not allowed to send as b@example.com",
    "envelope.sender_not_allowed",
  ],
  ["MAIL", "501 Mail from address must be same as authorization user", "envelope.sender_not_allowed"],
  ["content", "554 Message rejected: Email address is not verified.", "envelope.sender_not_allowed"],
  ["RCPT", "553 5.7.1 Relaying disallowed as a@example.com", "envelope.sender_not_allowed"],
  [
    "RCPT",
    "450 4.1.8 <a@nope.invalid>: Sender address rejected: Domain not found",
    "envelope.sender_unknown_domain",
  ],
  ["MAIL", "550 5.7.27 Sender address has null MX", "envelope.sender_unknown_domain"],
  ["MAIL", "501 5.1.7 Bad sender address syntax", "envelope.sender_refused"],
  ["MAIL", "550 5.1.0 Sender rejected", "envelope.sender_refused"],
  ["MAIL", "451 4.3.0 Try again", "envelope.try_later"],
]);

// Recipient.
table([
  ["RCPT", "550 5.1.1 The email account that you tried to reach does not exist.", "rcpt.unknown"],
  ["RCPT", "550 No such user here", "rcpt.unknown"],
  ["RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "rcpt.unknown"],
  ["RCPT", "550 5.4.1 Recipient address rejected: Access denied.", "rcpt.unknown"],
  ["RCPT", "550 5.1.2 Bad destination system address", "rcpt.unknown"],
  ["RCPT", "450 4.7.1 Greylisted, try again in 300 seconds", "rcpt.greylisted"],
  ["RCPT", "451 4.7.1 Greylisting in action, please come back in 00:04:59", "rcpt.greylisted"],
  ["RCPT", "452 4.2.2 Mailbox full", "rcpt.mailbox_full"],
  ["content", "552 5.2.2 Over quota", "rcpt.mailbox_full"],
  ["RCPT", "552 No space", "rcpt.mailbox_full"],
  ["RCPT", "550 5.2.1 Mailbox disabled", "rcpt.disabled"],
  ["RCPT", "550 5.7.1 Relay access denied", "rcpt.relay_denied"],
  ["RCPT", "554 5.7.1 <a@example.com>: Relay access denied", "rcpt.relay_denied"],
  ["RCPT", "454 4.7.1 Relay access denied", "rcpt.relay_denied"],
  ["RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "rcpt.relay_denied"],
  ["RCPT", "550 5.7.1 Relaying denied. Proper authentication required.", "rcpt.relay_denied"],
  ["RCPT", "551 User not local; please try <b@example.net>", "rcpt.not_local"],
  ["RCPT", "452 4.5.3 Too many recipients", "rcpt.too_many"],
  ["RCPT", "501 5.1.3 Bad recipient address syntax", "rcpt.syntax"],
  ["RCPT", "553 5.1.3 Invalid", "rcpt.syntax"],
  ["RCPT", "556 Domain does not accept mail", "rcpt.no_mail_accepted"],
  ["RCPT", "521 Host does not accept mail", "rcpt.no_mail_accepted"],
  ["RCPT", "550 5.1.10 Recipient address has null MX", "rcpt.no_mail_accepted"],
  ["RCPT", "550 5.7.1 Not today", "rcpt.refused"],
  ["RCPT", "451 4.3.0 Not now", "rcpt.try_later"],
]);

// Content.
table([
  ["MAIL", "552 5.3.4 Message size exceeds fixed limit", "data.too_big"],
  ["content", "552 5.3.4 Message too big", "data.too_big"],
  ["content", "552 5.2.3 Your message exceeded Google's message size limits.", "data.too_big"],
  ["content", "552 No", "data.too_big"],
  [
    "content",
    "552 5.7.0 This message was blocked because its content presents a potential security issue.",
    "data.spam",
  ],
  ["content", "550 5.7.1 Our system has detected that this message is likely unsolicited mail.", "data.spam"],
  ["content", "550 5.5.2 Error: bare <LF> received", "content.bare_line_end"],
  ["content", "554 5.6.0 Line too long", "data.line_too_long"],
  ["DATA", "554 5.5.1 Error: no valid recipients", "envelope.no_recipient"],
  ["content", "554 5.6.0 No", "data.refused"],
  ["BDAT", "451 4.3.0 Not now", "data.try_later"],
]);

// The dialogue, and what is left.
table([
  ["RCPT", "421 4.3.2 Shutting down", "server.busy"],
  ["MAIL", "452 4.3.1 Insufficient system storage", "server.storage"],
  ["MAIL", "503 5.5.1 Nested MAIL command", "server.out_of_order"],
  ["MAIL", "500 5.5.2 What?", "server.syntax"],
  ["RSET", "501 5.5.4 What?", "server.syntax"],
  ["BDAT", "502 5.5.1 Not implemented", "server.not_implemented"],
  ["MAIL", "555 5.5.4 Unsupported option", "server.not_implemented"],
  ["QUIT", "554 5.0.0 No", "server.refused"],
  ["RSET", "451 4.0.0 Not now", "server.try_later"],
  ["DATA", "250 2.0.0 Ok", "protocol.unexpected_reply"],
]);

Deno.test("adviseReply() names the block list and its page", () => {
  const { hint } = advise(
    "RCPT",
    "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org; see https://x",
  );
  assertStringIncludes(hint, "the list zen.spamhaus.org:");
  assertStringIncludes(hint, "https://check.spamhaus.org/");
});

Deno.test("adviseReply() says a block list it cannot name without a name", () => {
  assertStringIncludes(
    advise("RCPT", "550 5.7.1 You are blacklisted").hint,
    "a block list: see the list's own page",
  );
});

Deno.test("adviseReply() says when a greylisted message may come again", () => {
  assertStringIncludes(advise("RCPT", "450 4.7.1 Greylisted for 5 minutes").hint, "in 300 s");
  assertStringIncludes(advise("RCPT", "451 4.7.1 Greylisted, wait 90 seconds").hint, "in 90 s");
  assertStringIncludes(advise("RCPT", "451 4.7.1 Greylisted until 00:04:59").hint, "in 299 s");
  assertStringIncludes(advise("RCPT", "451 4.7.1 Greylisted").hint, "in 5 to 15 minutes");
});

Deno.test("adviseReply() asks about a mistyped domain", () => {
  assertStringIncludes(
    advise("RCPT", "550 5.1.1 <bo@gmial.com>: User unknown").hint,
    "Did you mean gmail.com?",
  );
  assertEquals(
    advise("RCPT", "550 5.1.1 <bo@constructor>: User unknown").hint.includes("Did you mean"),
    false,
  );
});

Deno.test("adviseReply() names the page for app passwords", () => {
  const { hint } = advise("AUTH", "535 5.7.8 https://support.google.com/mail/?p=BadCredentials");
  assertStringIncludes(hint, "https://myaccount.google.com/apppasswords");
  assertStringIncludes(advise("AUTH", "535 Use an app password").hint, "iCloud: https://account.apple.com");
});

Deno.test("adviseReply() puts nothing into a hint that could steer a terminal", () => {
  const { hint } = advise("RCPT", "554 5.7.1 blocked using \x1b[2Jzen.example.org\x1b[0m.\u202e");
  assertEquals(/[^\x20-\x7e]/.test(hint), false);
});

Deno.test("adviseReply() reads a reply of 1000 long lines", () => {
  const lines = new Array<string>(1000).fill("5.7.1 blocked using in at by on list ".repeat(10));
  assertEquals(advise("RCPT", "550 x").code, "rcpt.refused");
  const advice = adviseReply({ code: 550, enhanced: "5.7.1", lines }, { stage: "envelope", command: "RCPT" });
  assertEquals(advice.code, "policy.blocklisted");
});
