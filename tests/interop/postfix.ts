import { killAll, poll, processesIn, readGreeting, startDaemon } from "./daemon.ts";
import { fillDisk, findSmallDisk, onSmallDisk } from "./small_disk.ts";

/** Debian's place for the server; `postfix start` would read the system's own configuration first. */
export const MASTER = "/usr/lib/postfix/sbin/master";

/** How long Postfix may take until it greets again, in milliseconds. */
const RESTART_MS = 20_000;
/** How long it may take over all that is in its queue, in milliseconds. */
const SETTLE_MS = 20_000;
/** Where a message lies until it is delivered, in the order in which it gets there. */
const QUEUES = ["incoming", "active", "deferred"];

/** What {@linkcode startPostfix} has to know. */
export interface PostfixOptions {
  /** An existing folder that belongs to this server alone. */
  readonly folder: string;
  /** The unix socket of Dovecot's authentication service. */
  readonly authSocket: string;
  /** The folder in which each recipient has a Maildir. */
  readonly mailFolder: string;
  /** The known addresses and their Maildirs, relative to the folder. */
  readonly mailboxes: ReadonlyMap<string, string>;
  readonly starttlsPort: number;
  readonly implicitPort: number;
  /** The leaf and its key, both PEM. */
  readonly certificate: { readonly certificate: string; readonly key: string };
  /** Settings beyond our own, or in place of them. */
  readonly mainCf: Readonly<Record<string, string>>;
  /** Services beyond our own, as lines of master.cf. */
  readonly masterCf: string;
  /** The size of a disk that holds the queue and nothing else. @default That of the folder. */
  readonly queueBytes?: number;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

/** A Postfix that has been started; disposing of it stops it. */
export interface Postfix extends AsyncDisposable {
  /** Ends all of it as `postfix stop` does: by a word to the master, which ends the others whatever they do. */
  stop(): Promise<void>;
  /** Starts it after {@linkcode stop}, on the same ports and with what is left in the queue. */
  start(): Promise<void>;
  /**
   * Ends by `kill -9` the processes that speak to clients of the STARTTLS port. The master makes others when they are needed;
   * but it waits for a minute if the one that was killed has ended no session before.
   */
  killSmtpd(): Promise<void>;
  /** Waits until there is nothing left to deliver: no more will come to the Maildirs than is there by then. */
  settled(): Promise<void>;
  /** Fills the disk of the queue but for so many octets; gives what makes room again. */
  fillDisk(spareBytes: number): Promise<() => Promise<void>>;
}

/**
 * Starts Postfix and waits until it greets.
 *
 * @returns The running daemon.
 */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const { folder, starttlsPort, queueBytes } = options;
  // A line of no other server, so that a stranger who took the port first is not mistaken for ours.
  const banner = `mail.example.test ESMTP Postfix ${crypto.randomUUID()}`;
  await makeFolders(options);
  await writeQuietFile(`${folder}/main.cf`, settings(options, banner));
  await writeQuietFile(`${folder}/master.cf`, services(options));
  const queue = `${folder}/queue`;
  const onDisk = queueBytes === undefined ? [] : onSmallDisk(queueBytes, queue);
  const start = (signal: AbortSignal) =>
    startDaemon([...onDisk, MASTER, "-c", folder, "-s"], {
      folder,
      output: `${folder}/master.log`,
      // Without these what goes wrong at the start, such as a port that is taken, is told to syslog alone.
      env: { POSTLOG_SERVICE: "postlog", POSTLOG_HOSTNAME: "mail.example.test" },
      ready: (signal) => greets(starttlsPort, banner, signal),
      signal,
    });
  const findQueue = async () => await findSmallDisk(queue, await processesIn(folder));
  let running: AsyncDisposable | undefined = await start(options.signal);
  let stopped = Promise.resolve();
  const stop = () => {
    const daemon = running;
    running = undefined;
    return stopped = stopped.then(() => daemon?.[Symbol.asyncDispose]());
  };
  return {
    stop,
    async start() {
      // Whoever loses a session may be here before the last process is gone.
      await stopped;
      running ??= await start(AbortSignal.timeout(RESTART_MS));
    },
    async killSmtpd() {
      const doomed = await processesOf(folder, `127.0.0.1:${starttlsPort}`);
      await killAll(async () => (await processesIn(folder)).filter((pid) => doomed.includes(pid)));
    },
    async settled() {
      const path = queueBytes === undefined ? queue : await findQueue();
      await poll(() => isEmpty(path), AbortSignal.timeout(SETTLE_MS));
    },
    async fillDisk(spareBytes) {
      return await fillDisk(await findQueue(), spareBytes);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function settings(options: PostfixOptions, banner: string): string {
  const { folder, authSocket, mailFolder, mailboxes, mainCf } = options;
  const domains = new Set([...mailboxes.keys()].map((address) => address.replace(/^.*@/, "")));
  const { uid, gid } = Deno.statSync(mailFolder);
  const all: Record<string, string> = {
    compatibility_level: "3.6",
    queue_directory: `${folder}/queue`,
    data_directory: `${folder}/data`,
    maillog_file: `${folder}/postfix.log`,
    maillog_file_prefixes: folder,
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    myhostname: "mail.example.test",
    // Nothing is asked of DNS, and nothing leaves the machine.
    smtpd_peername_lookup: "no",
    disable_dns_lookups: "yes",
    default_transport: "discard:",
    relay_transport: "discard:",
    // Loopback is a stranger like any other: it may not relay, and its headers are not rewritten.
    mynetworks: "",
    local_header_rewrite_clients: "",
    smtpd_relay_restrictions: "permit_sasl_authenticated, reject_unauth_destination",
    mydestination: "",
    alias_maps: "",
    local_recipient_maps: "",
    virtual_mailbox_domains: [...domains].join(", "),
    virtual_mailbox_maps: `texthash:${folder}/mailboxes`,
    virtual_mailbox_base: mailFolder,
    virtual_mailbox_limit: "0",
    virtual_uid_maps: `static:${uid}`,
    virtual_gid_maps: `static:${gid}`,
    recipient_delimiter: "+",
    smtpd_tls_chain_files: `${folder}/leaf.pem`,
    smtpd_tls_security_level: "may",
    smtpd_tls_auth_only: "yes",
    smtpd_sasl_auth_enable: "yes",
    smtpd_sasl_type: "dovecot",
    smtpd_sasl_path: authSocket,
    // No pauses meant to slow down abusers.
    smtpd_error_sleep_time: "0",
    in_flow_delay: "0",
    ...mainCf,
    smtpd_banner: banner,
  };
  return Object.entries(all).map(([name, value]) => `${name} = ${value}\n`).join("");
}

/** The services of Debian's master.cf that take and deliver mail, none of them in a chroot. */
function services({ starttlsPort, implicitPort, masterCf }: PostfixOptions): string {
  return `
127.0.0.1:${starttlsPort} inet n - n - - smtpd
127.0.0.1:${implicitPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
${masterCf}
`;
}

/** Does what `postfix check` does for the system's own folders, with the same owners. */
async function makeFolders({ folder, mailboxes, certificate }: PostfixOptions): Promise<void> {
  const owner = await Deno.stat("/var/lib/postfix");
  await Deno.writeTextFile(`${folder}/leaf.pem`, certificate.key + certificate.certificate, { mode: 0o600 });
  const lines = [...mailboxes].map(([address, maildir]) => `${address} ${maildir}/\n`);
  await writeQuietFile(`${folder}/mailboxes`, lines.join(""));
  await Deno.mkdir(`${folder}/queue/pid`, { recursive: true });
  const queues =
    "active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace";
  for (const name of ["data", ...queues.split(" ").map((queue) => `queue/${queue}`)]) {
    await Deno.mkdir(`${folder}/${name}`, { mode: 0o700 });
    await Deno.chown(`${folder}/${name}`, owner.uid, owner.gid);
  }
}

/** Postfix reads a file that changed within the last second again and again, 300 ms apart, until it has settled. */
async function writeQuietFile(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  await Deno.utime(path, 0, 0);
}

/** A message that moves while this looks is found where it was or where it is then. */
async function isEmpty(queue: string): Promise<true | undefined> {
  for (const name of QUEUES) {
    for await (const _ of Deno.readDir(`${queue}/${name}`)) return undefined;
  }
  return true;
}

/** Lists the processes that the master started for a service: `smtpd -n 127.0.0.1:2525 -t inet`. */
async function processesOf(folder: string, service: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await processesIn(folder)) {
    const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    if (command.includes(`\0-n\0${service}\0`)) found.push(pid);
  }
  return found;
}

async function greets(port: number, banner: string, signal: AbortSignal): Promise<true | undefined> {
  const greeting = await readGreeting(() => Deno.connect({ hostname: "127.0.0.1", port }), signal);
  return greeting === `220 ${banner}\r\n` || undefined;
}
