/**
 * The options of every command, as data: the parser's input and the help are both made of it.
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

const SERVER: OptionGroup = {
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

const LOGIN: OptionGroup = {
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

const OUTPUT: OptionGroup = {
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

const MESSAGE: OptionGroup = {
  title: "Message",
  options: [
    {
      name: "from",
      short: "f",
      value: "ADDRESS",
      env: ["SMTP_FROM"],
      help: "who writes (the user, when it is an address)",
    },
    { name: "to", short: "t", value: "ADDRESS", repeat: true, help: "who receives it; may be given again" },
    { name: "cc", short: "c", value: "ADDRESS", repeat: true, help: "who receives a copy" },
    { name: "bcc", short: "b", value: "ADDRESS", repeat: true, help: "who receives a copy unseen" },
    { name: "reply-to", short: "r", value: "ADDRESS", help: "where answers go" },
    { name: "subject", short: "S", value: "TEXT", help: "what it is about" },
    { name: "header", short: "H", value: "'K: v'", repeat: true, help: "another header field" },
    { name: "text", value: "T|@FILE|-", help: "the text, a file, or standard input (the default)" },
    { name: "html", value: "T|@FILE|-", help: "the HTML" },
    { name: "envelope-from", value: "ADDRESS", help: "where bounces go (--from)" },
    { name: "partial", value: "MODE", help: "when a recipient is refused: deliver to the others, or abort" },
    { name: "dry-run", help: "print the message and send nothing" },
  ],
};

const CHECK: OptionGroup = {
  title: "Check",
  options: [
    {
      name: "stop-after",
      value: "STAGE",
      help: "connect, ehlo, tls, auth, envelope, data or quit (auth with a user, else tls)",
    },
    {
      name: "from",
      short: "f",
      value: "ADDRESS",
      env: ["SMTP_FROM"],
      help: "the sender to name (the user, when it is an address)",
    },
    { name: "to", short: "t", value: "ADDRESS", repeat: true, help: "the recipient to name" },
    { name: "yes", help: "really send a small test message in the stage data" },
  ],
};

/** A command as its help shows it. */
export interface CommandTable {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  readonly groups: readonly OptionGroup[];
  readonly permissions: string;
}

const NET = "--allow-net=HOST:PORT; where used --allow-env, --allow-read, --allow-run";

/** The commands. */
export const COMMANDS: Readonly<Record<string, CommandTable>> = {
  send: {
    name: "send",
    summary: "Send one message",
    usage: "stagecoach send --from ADDRESS --to ADDRESS [options] < text",
    examples: [
      'stagecoach send -s gmail -u me@gmail.com -t bo@example.org -S Hi --text "Hello, Bo."',
      "stagecoach send -s mail.example.com -f me@example.com -t bo@example.org --html @letter.html",
      "make 2>&1 | stagecoach send -f ci@example.com -t dev@example.com -S 'Build log' --json",
    ],
    groups: [MESSAGE, SERVER, LOGIN, OUTPUT],
    permissions: NET,
  },
  check: {
    name: "check",
    summary: "Talk to a server up to a stage, and show what it says",
    usage: "stagecoach check --server HOST[:PORT] [--stop-after STAGE] [options]",
    examples: [
      "stagecoach check -s mail.example.com:587",
      "stagecoach check -s gmail -u me@gmail.com --stop-after auth --trace",
      "stagecoach check -s mail.example.com -f me@example.com -t bo@example.org --stop-after envelope",
    ],
    groups: [CHECK, SERVER, LOGIN, OUTPUT],
    permissions: NET,
  },
  explain: {
    name: "explain",
    summary: "Say what a reply of a server means",
    usage: "stagecoach explain CODE [ENHANCED] | 'REPLY'",
    examples: [
      "stagecoach explain 550 5.1.1",
      "stagecoach explain '535-5.7.8 Username and Password not accepted'",
      "stagecoach explain 421 --json",
    ],
    groups: [{
      title: "Output",
      options: OUTPUT.options.filter(({ name }) => ["json", "color", "help", "version"].includes(name)),
    }],
    permissions: "none",
  },
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
