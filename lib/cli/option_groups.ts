/**
 * The options that several commands share, as data: the parser's input and the help are both made of it.
 *
 * @module
 */

/** One option. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in the help; an option without it is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly repeat?: boolean;
  /** The variables that stand in for it; the first that is set wins. */
  readonly env?: readonly string[];
  readonly help: string;
}

/** A heading of the help with its options. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

/** Where to send, and how to get there. */
export const SERVER: OptionGroup = {
  title: "Server",
  options: [
    {
      name: "server",
      short: "s",
      value: "HOST[:PORT]",
      env: ["SMTP_HOST"],
      help: "where to send, or a preset: gmail",
    },
    {
      name: "port",
      value: "N",
      env: ["SMTP_PORT"],
      help: "the port, when --server has none (587; 465 with implicit TLS)",
    },
    {
      name: "url",
      value: "URL",
      env: ["SMTP_URL"],
      help: "both at once: smtp://user@host:587, smtps://user@host",
    },
    {
      name: "tls",
      value: "MODE",
      env: ["SMTP_TLS"],
      help: "auto (465 implicit, else STARTTLS required), starttls, implicit, off",
    },
    {
      name: "ca",
      value: "FILE",
      env: ["SMTP_CA"],
      help: "trust these authorities (PEM) beside the system's",
    },
    { name: "ehlo", value: "NAME", env: ["SMTP_EHLO"], help: "our name in EHLO (our address literal)" },
    { name: "timeout", value: "TIME", help: "how long the whole may take: 30s, 2m, 500ms" },
  ],
};

/** Who sends, and how that is proved. */
export const LOGIN: OptionGroup = {
  title: "Login",
  options: [
    {
      name: "user",
      short: "u",
      value: "NAME",
      env: ["SMTP_USER", "SMTP_USERNAME"],
      help: "who to log in as",
    },
    {
      name: "password-env",
      value: "VAR",
      env: ["SMTP_PASSWORD", "SMTP_PASS"],
      help: "the variable that holds the password",
    },
    { name: "password-file", value: "FILE", help: "the file that holds the password" },
    { name: "password-stdin", help: "read the password from standard input" },
    { name: "password-command", value: "CMD", help: 'the program that prints it: "pass show mail"' },
    {
      name: "token-file",
      value: "FILE",
      env: ["SMTP_TOKEN", "SMTP_OAUTH_TOKEN"],
      help: "an OAuth access token instead",
    },
    { name: "token-command", value: "CMD", help: "the program that prints the access token" },
    {
      name: "auth",
      value: "MECH,…",
      env: ["SMTP_AUTH"],
      help: "only these mechanisms, or none (the strongest offered)",
    },
    { name: "insecure-auth", help: "let the password cross a connection that anyone can read" },
  ],
};

/** What is said, and how. */
export const OUTPUT: OptionGroup = {
  title: "Output",
  options: [
    { name: "json", help: "one JSON object on standard output" },
    { name: "verbose", short: "v", help: "show the stages" },
    { name: "trace", help: "show the dialogue, secrets hidden" },
    { name: "timing", help: "show how long each stage took" },
    { name: "quiet", short: "q", help: "say nothing when all goes well" },
    {
      name: "env-file",
      value: "FILE",
      help: "read variables from here (./.env if no SMTP_… is set)",
    },
    { name: "no-input", help: "never ask" },
    { name: "color", value: "WHEN", help: "auto, always or never (NO_COLOR, FORCE_COLOR)" },
    { name: "help", short: "h", help: "show this" },
    { name: "version", short: "V", help: "show the version" },
  ],
};

/** The options that a secret can come from; at most one of them is given. */
export const SECRET_OPTIONS = [
  "password-env",
  "password-file",
  "password-stdin",
  "password-command",
  "token-file",
  "token-command",
] as const;

/** The variables that a secret can come from. */
export const SECRET_VARIABLES: readonly string[] = [
  "SMTP_PASSWORD",
  "SMTP_PASS",
  "SMTP_TOKEN",
  "SMTP_OAUTH_TOKEN",
];
