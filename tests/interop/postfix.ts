import { readGreeting, startDaemon } from "./daemon.ts";

/** Debian's place for the server; `postfix start` would read the system's own configuration first. */
export const MASTER = "/usr/lib/postfix/sbin/master";

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
  readonly signal: AbortSignal;
}

/**
 * Starts Postfix and waits until it greets.
 *
 * @returns The running daemon.
 */
export async function startPostfix(options: PostfixOptions): Promise<AsyncDisposable> {
  const { folder, starttlsPort, signal } = options;
  // A line of no other server, so that a stranger who took the port first is not mistaken for ours.
  const banner = `mail.example.test ESMTP Postfix ${crypto.randomUUID()}`;
  await makeFolders(options);
  await writeQuietFile(`${folder}/main.cf`, settings(options, banner));
  await writeQuietFile(`${folder}/master.cf`, services(options));
  return await startDaemon([MASTER, "-c", folder, "-s"], {
    folder,
    output: `${folder}/master.log`,
    // Without these what goes wrong at the start, such as a port that is taken, is told to syslog alone.
    env: { POSTLOG_SERVICE: "postlog", POSTLOG_HOSTNAME: "mail.example.test" },
    ready: (signal) => greets(starttlsPort, banner, signal),
    signal,
  });
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
function services({ starttlsPort, implicitPort }: PostfixOptions): string {
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

async function greets(port: number, banner: string, signal: AbortSignal): Promise<true | undefined> {
  const greeting = await readGreeting(() => Deno.connect({ hostname: "127.0.0.1", port }), signal);
  return greeting === `220 ${banner}\r\n` || undefined;
}
