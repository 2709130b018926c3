/**
 * A real mail server for tests: Debian's Postfix and Dovecot, on loopback, from a temporary folder.
 *
 * @module
 */

import { createAuthority } from "../../lib/catcher/certificate.ts";
import { type Account, DOVECOT, startDovecot } from "./dovecot.ts";
import { waitForMail } from "./maildir.ts";
import { MASTER, type Postfix, startPostfix } from "./postfix.ts";

/** How long both servers may take until they answer, in milliseconds. */
const START_MS = 20_000;
/** How many lines of the logs an error shows. */
const SHOWN_LINES = 20;
/** How often other ports are tried when somebody took those that were free a moment ago. */
const ATTEMPTS = 5;

const ASCII: Account = { user: "ann@example.test", password: "Open, sesame = 1!" };
const UTF8: Account = { user: "jörg@example.test", password: "grüner Schlüssel пароль" };

const HOSTS = ["localhost", "127.0.0.1", "mail.example.test"];

/** Debian's user and group without rights. */
const NOBODY = 65534;

/** Everybody has an address in each domain and one Maildir for all; `ann+anything` reaches `ann`. */
const PEOPLE = ["ann", "bo", "jörg"];
const DOMAINS = ["example.test", "bücher.test", "xn--bcher-kva.test"];

/** What a test may change about the server. */
export interface MailServerOptions {
  /** The leaf, in place of one that is valid for `localhost`, `127.0.0.1` and `mail.example.test`; both PEM. */
  readonly certificate?: { readonly certificate: string; readonly key: string };
  /** Settings for Postfix's main.cf, such as `message_size_limit`. */
  readonly mainCf?: Readonly<Record<string, string>>;
  /** Services beyond our own, as lines of Postfix's master.cf. */
  readonly masterCf?: string;
  /** Those who have a mailbox beside `ann`, `bo` and `jörg`. */
  readonly people?: readonly string[];
  /** The size of a disk that holds Postfix's queue and nothing else, so that it can be full; a stop leaves nothing on it. */
  readonly queueBytes?: number;
  /** The SASL mechanisms that Dovecot offers, separated by spaces. @default All that work with a password. */
  readonly mechanisms?: string;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
}

/** A running mail server; disposing of it leaves no process and no file behind. */
export interface MailServer extends AsyncDisposable {
  readonly hostname: "127.0.0.1";
  /** The DNS name in the certificate. */
  readonly name: "localhost";
  /** The temporary folder that holds everything of this server. */
  readonly folder: string;
  /** The port on which TLS begins with STARTTLS. */
  readonly starttlsPort: number;
  /** The port on which TLS begins at once. */
  readonly implicitPort: number;
  /** The authority that signed our own leaf as PEM, for `caCerts`; it knows nothing of a leaf from the options. */
  readonly certificateAuthority: string;
  readonly user: string;
  readonly password: string;
  /** A user whose name and password hold characters beyond ASCII. */
  readonly utf8User: string;
  readonly utf8Password: string;
  /** Ends and starts Postfix, or parts of it. */
  readonly postfix: Postfix;
  /**
   * Waits until the Maildir of a recipient holds a number of messages.
   *
   * @returns The octets of all its messages as they lie on disk, in no particular order.
   * @throws {Error} If they are not there after 20 seconds.
   */
  delivered(recipient: string, count?: number, options?: { signal?: AbortSignal }): Promise<Uint8Array[]>;
  /** What both servers have logged. */
  log(): Promise<string>;
}

/**
 * Says why the servers cannot be started here.
 *
 * @returns The reason, or `undefined` if they can.
 */
export async function missingServers(): Promise<string | undefined> {
  const programs = [["postfix", MASTER], ["dovecot-core", DOVECOT]];
  const found = await Promise.all(programs.map(([, path]) => Deno.stat(path).catch(() => undefined)));
  const missing = programs.filter((_, i) => found[i] === undefined).map(([name]) => name);
  if (missing.length > 0) {
    return `not installed (apt-get install --no-install-recommends ${missing.join(" ")})`;
  }
  if (Deno.uid() !== 0) return "Postfix starts as root only";
}

/**
 * Starts Postfix, with Dovecot to check passwords.
 *
 * Mail for `ann`, `bo` and `jörg` at `example.test` and `bücher.test` is delivered; other names there are refused
 * with 550. Mail for other domains is taken from those who authenticated, and then thrown away.
 *
 * @throws {Error} If a server does not answer in time; the message ends with what was logged.
 */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  for (let attempt = 1;; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function startOnce(options: MailServerOptions): Promise<MailServer> {
  const authority = await createAuthority();
  const certificate = options.certificate ?? await authority.issue({ hosts: HOSTS });
  const [starttlsPort, implicitPort] = freePorts(2);
  const deadline = AbortSignal.timeout(START_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;

  await using opened = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "stagecoach_mail_" });
  opened.defer(() => Deno.remove(folder, { recursive: true }));
  const mailFolder = `${folder}/mail`, authSocket = `${folder}/auth`;
  await makeFolders(folder, mailFolder);
  let postfix: Postfix;
  try {
    opened.use(
      await startDovecot({
        folder: `${folder}/dovecot`,
        socket: authSocket,
        mechanisms: options.mechanisms ?? "plain login cram-md5 scram-sha-1 scram-sha-256",
        accounts: [ASCII, UTF8],
        signal,
      }),
    );
    const people = [...PEOPLE, ...options.people ?? []];
    postfix = opened.use(
      await startPostfix({
        folder: `${folder}/postfix`,
        authSocket,
        mailFolder,
        mailboxes: new Map(people.flatMap((who) => DOMAINS.map((domain) => [`${who}@${domain}`, who]))),
        starttlsPort,
        implicitPort,
        certificate,
        mainCf: options.mainCf ?? {},
        masterCf: options.masterCf ?? "",
        queueBytes: options.queueBytes,
        signal,
      }),
    );
  } catch (error) {
    throw options.signal?.aborted ? error : await failure("Cannot start mail server", error, folder);
  }
  const running = opened.move();

  return {
    hostname: "127.0.0.1",
    name: "localhost",
    starttlsPort,
    implicitPort,
    certificateAuthority: authority.certificate,
    user: ASCII.user,
    password: ASCII.password,
    utf8User: UTF8.user,
    utf8Password: UTF8.password,
    folder,
    postfix,
    async delivered(recipient, count = 1, { signal } = {}) {
      const [who] = recipient.split(/[+@]/);
      try {
        return await waitForMail(`${mailFolder}/${who}`, count, signal);
      } catch (error) {
        throw signal?.aborted ? error : await failure(`Cannot find mail for "${recipient}"`, error, folder);
      }
    },
    log: () => readLogs(folder),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Finds ports that nobody listens on at this moment; all stay taken until the last is found. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map((listener) => listener.addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Both servers give up root's rights, so that everybody may enter, and deliver mail as nobody. */
async function makeFolders(folder: string, mailFolder: string): Promise<void> {
  await Deno.chmod(folder, 0o755);
  for (const path of [`${folder}/dovecot`, `${folder}/postfix`, mailFolder]) await Deno.mkdir(path);
  await Deno.chown(mailFolder, NOBODY, NOBODY);
}

/** Makes an error that shows the end of the logs, because the folder will be gone when somebody reads it. */
async function failure(what: string, cause: unknown, folder: string): Promise<Error> {
  const lines = (await readLogs(folder)).trimEnd().split("\n");
  return new Error(`${what}: ${cause}\n${lines.slice(-SHOWN_LINES).join("\n")}`, { cause });
}

/** Joins what the servers logged and what they wrote to standard error before they had a log. */
async function readLogs(folder: string): Promise<string> {
  const paths = ["dovecot/dovecot.log", "postfix/master.log", "postfix/postfix.log"];
  const logs = await Promise.all(paths.map((path) => Deno.readTextFile(`${folder}/${path}`).catch(() => "")));
  return logs.join("");
}
