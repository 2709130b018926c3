import { wrap } from "./format.ts";
import type { Option } from "./option_groups.ts";
import { COMMAND_GROUPS, COMMANDS, type CommandTable } from "./option_table.ts";

/** The version; that of deno.json. */
export const VERSION = "0.1.0";

const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, "accepted for every recipient, or the stage that was asked for is reached"],
  [1, "accepted for some recipients, refused for others"],
  [64, "a wrong option, or one is missing"],
  [65, "the message is refused or malformed; message lint found errors"],
  [66, "a file cannot be read, or not be written"],
  [67, "every recipient is refused"],
  [68, "there is no such host"],
  [69, "no TLS, or a certificate that is not valid; the server refuses us"],
  [70, "a mistake of ours"],
  [71, "a permission is missing; the flag is named"],
  [74, "not known whether delivered: the connection was lost at the very end"],
  [75, "try again later"],
  [76, "not an SMTP server, or TLS where it speaks plain text"],
  [77, "the login or the sender is refused"],
  [78, "the password, or the key to sign with, cannot be had"],
  [130, "interrupted; what became of the message is said"],
  [143, "ended by SIGTERM; the same is said"],
];

/** The help of `stagecoach` alone. */
export function overview(): string {
  const single = Object.values(COMMANDS).filter(({ name }) => !name.includes(" "));
  const listed = [...single.map(({ name, summary }) => [name, summary]), ...Object.entries(COMMAND_GROUPS)];
  const commands = listed.map(([name, summary]) => `  ${name.padEnd(10)}${summary}`);
  const examples = Object.values(COMMANDS).slice(0, 3).map(({ examples }) => `  ${examples[0]}`);
  return `stagecoach ${VERSION} - send mail, and find out why it does not arrive

Usage: stagecoach <command> [options]

${examples.join("\n")}

Commands
${commands.join("\n")}
  help      Show help: help <command>, help exit-codes
  version   Show the version

Password  SMTP_PASSWORD, --password-file, --password-command, or you are asked. Never an argument.
Exit      0 done, 1 in part, 75 try later, 77 login refused; all of them: stagecoach help exit-codes
`;
}

/** The help of a command that has a second word: which there are. */
export function groupHelp(group: string): string {
  const members = Object.values(COMMANDS).filter(({ name }) => name.startsWith(`${group} `));
  const width = Math.max(...members.map(({ name }) => name.length)) + 2;
  return `${COMMAND_GROUPS[group]}

Usage: stagecoach ${group} <command> [options]

${members.map(({ examples }) => `  ${examples[0]}`).join("\n")}

Commands
${members.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join("\n")}

All of a command: stagecoach help ${group} <command>
`;
}

/** The help of a command: examples first. */
export function commandHelp(table: CommandTable): string {
  const groups = table.groups.map(({ title, options }) => `${title}\n${options.map(optionHelp).join("\n")}`);
  return `${table.summary}

Usage: ${table.usage}

${table.examples.map((example) => `  ${example}`).join("\n")}

${groups.join("\n\n")}

${table.exit ?? EXIT_SHORT}
      all of them: stagecoach help exit-codes
Deno permissions: ${table.permissions}
`;
}

/** What a command that talks to a server ends with most often. */
const EXIT_SHORT = "Exit: 0 done, 1 in part, 74 not known, 75 try later, 77 login refused";

/** The exit codes. */
export function exitCodeHelp(): string {
  return `Exit codes\n${
    EXIT_CODES.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`).join("\n")
  }\n`;
}

/** The columns of the help: where an option's text begins, and where its lines end. */
const TEXT = 30;
const WIDTH = 96;

function optionHelp({ name, short, value, env, help }: Option): string {
  const names = `  ${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`;
  const variables = env ? ` [${env.join(", ")}]` : "";
  const [first, ...rest] = wrap(`${help}${variables}`, WIDTH - TEXT).map((line) => " ".repeat(TEXT) + line);
  const head = names.length < TEXT ? names.padEnd(TEXT) + first.slice(TEXT) : `${names}\n${first}`;
  return [head, ...rest].join("\n");
}
