/**
 * What the tests of a Postfix in trouble share: messages, and what is in the mailboxes in the end.
 *
 * @module
 */

import { only, type Plugin, prepare, type Prepared, type TransportOptions } from "../../mod.ts";
import { type MailServer, type MailServerOptions, missingServers, startMailServer } from "./mail_server.ts";

/** A test against a Postfix of its own. */
export type TroubleTest = (
  name: string,
  setup: MailServerOptions,
  fn: (server: MailServer, options: TransportOptions) => Promise<void>,
) => void;

/**
 * Looks whether there can be a Postfix here, and says so loudly when not.
 *
 * @param missing Says why the tests cannot run, beside that there is no server.
 * @returns What makes a test.
 */
export async function troubleTests(
  missing: () => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<TroubleTest> {
  const reason = await missingServers() ?? await missing();
  return (name, setup, fn) => {
    if (reason !== undefined) console.error(`SKIPPED, "${name}": ${reason}`);
    Deno.test({
      name,
      ignore: reason !== undefined,
      async fn() {
        await using server = await startMailServer(setup);
        const caCerts = [server.certificateAuthority];
        await fn(server, { hostname: server.name, port: server.starttlsPort, caCerts });
      },
    });
  };
}

/** For a server that loses processes: the one that is lost has then always ended a session before. */
export const ONE_PROCESS = { default_process_limit: "1" };

/** Adds the domain in which everybody has a mailbox. */
export function at(...names: string[]): string[] {
  return names.map((name) => `${name}@example.test`);
}

/** A small message to those who are named. */
export function letter(...names: string[]): Prepared {
  return prepare({ from: "ann@example.test", to: at(...names), subject: "Trouble", text: "Hello." });
}

/** A message of about a megabyte to bo; in the middle of it something happens, whenever it is read. */
export function streamed(happens: () => Promise<void>): Prepared {
  const messageId = `<${crypto.randomUUID()}@example.test>`;
  const block = new TextEncoder().encode(`${"x".repeat(70)}\r\n`.repeat(1_000));
  const content = {
    ...{ messageId, eightBit: false, utf8: false },
    async *octets() {
      yield new TextEncoder().encode(`From: ann@example.test\r\nMessage-ID: ${messageId}\r\n\r\n`);
      for (let count = 0; count < 14; count++) {
        if (count === 7) await happens();
        yield block;
      }
    },
  };
  return { envelope: { reversePath: "ann@example.test", forwardPaths: at("bo") }, content };
}

/**
 * Waits until Postfix has nothing left to deliver, and counts the copies of a message.
 *
 * @param mark What no other message contains, such as its Message-ID.
 * @returns The number of copies in each mailbox that has one.
 */
export async function copies(server: MailServer, mark: string): Promise<Record<string, number>> {
  await server.postfix.settled();
  const found: Record<string, number> = {};
  for await (const { name } of Deno.readDir(`${server.folder}/mail`)) {
    const messages = await server.delivered(name, 0);
    const count = messages.filter((octets) => new TextDecoder().decode(octets).includes(mark)).length;
    if (count > 0) found[name] = count;
  }
  return found;
}

/** Counts the sessions that are opened. */
export class SessionCount {
  opened = 0;
  readonly plugin: Plugin = only("connect", (next) => (target, cx) => {
    this.opened++;
    return next(target, cx);
  });
}

/** What the command line did. */
export interface CommandResult {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `stagecoach send` as a program of its own, with a subject to find the message by. */
export async function send(
  server: MailServer,
  subject: string,
  to: readonly string[],
  ...more: string[]
): Promise<CommandResult> {
  const authority = `${server.folder}/authority.pem`;
  await Deno.writeTextFile(authority, server.certificateAuthority);
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "-A", new URL("../../cli.ts", import.meta.url).pathname, "send"],
      ...["-s", `${server.name}:${server.starttlsPort}`, "--ca", authority, "-f", "ann@example.test"],
      ...to.flatMap((address) => ["-t", address]),
      ...["-S", subject, "--text", "Hello.", ...more],
    ],
    cwd: server.folder,
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  return { exit: code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
