/**
 * The commands, as data.
 *
 * @module
 */

import { MESSAGE_OPTIONS } from "./message_options.ts";
import { LOGIN, type OptionGroup, OUTPUT, SERVER } from "./option_groups.ts";

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

/** What is done with a message beside how it is made. */
const SENDING: OptionGroup = {
  title: "Sending",
  options: [
    { name: "partial", value: "MODE", help: "when a recipient is refused: deliver to the others, or abort" },
    {
      name: "retry",
      value: "N",
      help: "try so often again what is certainly not sent and may go later; --timeout is for all of it (0)",
    },
    { name: "dry-run", help: "print the message and send nothing" },
  ],
};

const SHOW: OptionGroup = {
  title: "Show",
  options: [
    { name: "part", value: "N", help: "write what is in this part, decoded, in place of an overview" },
    { name: "save", value: "FILE|-", help: "the file that it is written to" },
  ],
};

/** The options of "Output" with these names. */
function output(...names: string[]): OptionGroup {
  return { ...OUTPUT, options: OUTPUT.options.filter(({ name }) => names.includes(name)) };
}

const TALK = output("json", "color", "help", "version");

/** A command as its help shows it. */
export interface CommandTable {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  readonly groups: readonly OptionGroup[];
  readonly permissions: string;
  /** Its exit codes in short, when they are not those of a command that talks to a server. */
  readonly exit?: string;
}

const NET = "--allow-net=HOST:PORT; where used --allow-env, --allow-read, --allow-write, --allow-run";

/** The commands. */
export const COMMANDS: Readonly<Record<string, CommandTable>> = {
  send: {
    name: "send",
    summary: "Send one message",
    usage: "stagecoach send --from ADDRESS --to ADDRESS [options] < text",
    examples: [
      'stagecoach send -s gmail -u me@gmail.com -t bo@example.org -S Hi --text "Hello, Bo."',
      "stagecoach send -s mail.example.com -f me@example.com -t bo@example.org --html @letter.html -A a.pdf",
      "make 2>&1 | stagecoach send -f ci@example.com -t dev@example.com -S 'Build log' --json",
    ],
    groups: [...MESSAGE_OPTIONS, SENDING, SERVER, LOGIN, OUTPUT],
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
    groups: [TALK],
    permissions: "none",
    exit: "Exit: 0 done, 64 no such code",
  },
  "message build": {
    name: "message build",
    summary: "Write a message and send nothing",
    usage: "stagecoach message build --from ADDRESS --to ADDRESS [options] < text",
    examples: [
      'stagecoach message build -f me@example.com -t bo@example.org -S Hi --text "Hello, Bo." > hi.eml',
      "stagecoach message build -f me@example.com -t bo@example.org --markdown @news.md -A figures.csv",
      "stagecoach message build --eml hi.eml --read-recipients --sign dkim:key.pem,s1 --save signed.eml",
    ],
    groups: [...MESSAGE_OPTIONS, output("json", "quiet", "env-file", "no-input", "color", "help", "version")],
    permissions: "none; for files --allow-read, for --save --allow-write, for SMTP_FROM --allow-env",
    exit: "Exit: 0 done, 64 a wrong option, 65 malformed, 66 a file cannot be read, 78 no key to sign with",
  },
  "message show": {
    name: "message show",
    summary: "Show the header, the parts and the texts of a message",
    usage: "stagecoach message show FILE|- [--part N]",
    examples: [
      "stagecoach message show hi.eml",
      "stagecoach message show hi.eml --part 3 --save figures.csv",
      "stagecoach message show - --json < hi.eml",
    ],
    groups: [SHOW, TALK],
    permissions: "--allow-read=FILE; for --save --allow-write",
    exit: "Exit: 0 done, 64 no such part, 65 no message, 66 the file cannot be read",
  },
  "message lint": {
    name: "message lint",
    summary: "Say what is wrong with a message before a server does",
    usage: "stagecoach message lint FILE|-",
    examples: [
      "stagecoach message lint hi.eml",
      "stagecoach message build -f me@example.com -t bo@example.org --text Hi | stagecoach message lint -",
      "stagecoach message lint hi.eml --json",
    ],
    groups: [TALK],
    permissions: "--allow-read=FILE",
    exit: "Exit: 0 nothing, or only warnings; 65 errors; 66 the file cannot be read",
  },
};

/** The first words of commands that have two, and what these have in common. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  message: "Look after a message without sending it: message build, message show, message lint",
};
