import {
  connectOver,
  createTransport,
  each,
  type Plugin,
  type Receipt,
  sendMail,
  type SendOptions,
  swap,
  timeLimits,
  type TraceEvent,
  type TransportOptions,
} from "../../mod.ts";
import { violations } from "./outcome_rules.ts";
import { Random } from "./random.ts";
import type { Login } from "./random_login.ts";
import { type RandomMail, randomMail } from "./random_mail.ts";
import { RandomServer } from "./random_server.ts";
import { RandomStream } from "./random_stream.ts";
import type { ServerRecord } from "./server_record.ts";
import { leaks } from "./secrecy.ts";
import type { StageClock } from "./stage_clock.ts";

/** What a send ended in. */
export interface Ending {
  readonly mail: RandomMail;
  readonly receipt?: Receipt;
  readonly error?: unknown;
}

/** A dialogue that was played. */
export interface Dialogue {
  readonly endings: readonly Ending[];
  /** One for each connection. */
  readonly records: readonly ServerRecord[];
  /** Whether the caller stopped a message or had set a deadline. */
  readonly stopped: boolean;
  /** What is wrong; nothing, as a rule. */
  readonly wrong: readonly string[];
  /** All of it, to be read. */
  readonly told: string;
}

/** The longest that a dialogue may take in real time; it takes some milliseconds. */
const DEADLINE_MS = 20_000;

/** Passwords that would be seen at once wherever they come out. */
const SECRETS = [
  "s3cret-Pa55",
  'q"uo\\te}s %41',
  "p\u00e4\u00dfw\u00f6rd-\u{1f511}",
  "correct horse battery staple",
];

/**
 * Plays one dialogue: one to four messages, to servers that do as they please.
 *
 * @param seed Decides everything.
 * @param clock Lets no time pass.
 * @returns What became of it.
 */
export async function playDialogue(seed: number, clock: StageClock): Promise<Dialogue> {
  clock.reset();
  const random = new Random(seed);
  const login: Login = {
    user: "ann",
    secret: random.pick(...SECRETS),
    kind: random.chance(0.8) ? "password" : "token",
  };
  const records: ServerRecord[] = [];
  const wrong: string[] = [];
  const events: TraceEvent[] = [];
  const chunking = random.chance(0.5);
  const loopback = random.chance(0.85);
  const senders = new Senders(random);
  const connect = connectOver(() => {
    const server = new RandomServer(random, { login, loopback, chunking });
    records.push(server.record);
    const moment = () => senders.moment();
    const hung = (where: string) => void wrong.push(`hangs in ${where}`);
    const stream = new RandomStream(server, { random, clock, moment, hung });
    return Promise.resolve({ stream, peer: { loopback } });
  });
  const options: TransportOptions = {
    ...randomOptions(random, clock, login),
    chunking,
    // Around what is swapped the limits must stand anew.
    plugins: [
      (stages) => swap({ connect: timeLimits()({ ...stages, connect }).connect })(stages),
      observed(events),
    ],
  };
  const mails = Array.from({ length: 1 + random.below(4) }, (_, i) => randomMail(random, `m${i + 1}`));
  const way = random.pick("sendMail", "in turn", "at once");
  await inTime(senders.play(way, options, mails), wrong);

  const { endings, stopped } = senders;
  const told = [
    `seed ${seed}: ${way}, ${JSON.stringify({ ...options, plugins: undefined, ...senders.limits })}`,
    ...records.flatMap((record, at) => [`--- connection ${at + 1}`, ...record.log.map(shortened)]),
    ...endings.map(({ mail, receipt, error }) => `=== ${mail.name}: ${ending(receipt, error)}`),
  ].join("\n");
  wrong.push(...violations({ endings, records, stopped }), ...leaks(login, { events, endings }));
  return { endings, records, stopped, wrong, told };
}

function randomOptions(random: Random, clock: StageClock, login: Login): TransportOptions {
  const retry = { attempts: 2 + random.below(3), sleep: (ms: number) => clock.pass(ms), random: () => 0.5 };
  return {
    hostname: "mail.example.com",
    name: "client.test",
    tls: random.pick("auto", "auto", "auto", "starttls", "off"),
    credentials: random.chance(0.5) ? credentials(login) : undefined,
    partial: random.chance(0.2) ? "abort" : "deliver",
    pipelining: random.chance(0.8),
    retry: random.chance(0.4) && retry,
  };
}

/** A plugin that keeps all that is traced. */
function observed(events: TraceEvent[]): Plugin {
  return each((next) => (input, cx) =>
    next(input, {
      ...cx,
      trace(event) {
        events.push(event);
        cx.trace(event);
      },
    })
  );
}

/** Those who send the messages, and may think better of it. */
class Senders {
  readonly endings: Ending[] = [];
  /** When the first that is under way is stopped, in reads and writes, and how long each may take. */
  readonly limits: { readonly stopAt?: number; readonly deadlineMs?: number };
  readonly #underWay = new Set<AbortController>();
  #moments = 0;

  constructor(random: Random) {
    this.limits = {
      stopAt: random.chance(0.15) ? random.below(60) : undefined,
      deadlineMs: random.chance(0.3) ? 1 + random.below(1_000_000) : undefined,
    };
  }

  /** Whether not only the servers may have ended a send. */
  get stopped(): boolean {
    return this.limits.stopAt !== undefined || this.limits.deadlineMs !== undefined;
  }

  moment(): void {
    if (this.#moments++ === this.limits.stopAt) this.#underWay.values().next().value?.abort();
  }

  async play(way: string, options: TransportOptions, mails: readonly RandomMail[]): Promise<void> {
    if (way === "sendMail") {
      for (const mail of mails) {
        await this.#send(mail, (more) => sendMail({ ...options, ...more }, mail.prepared));
      }
      return;
    }
    await using transport = createTransport(options);
    const sends = mails.map((mail) => () => this.#send(mail, (more) => transport.send(mail.prepared, more)));
    if (way === "at once") await Promise.all(sends.map((send) => send()));
    else for (const send of sends) await send();
  }

  async #send(mail: RandomMail, by: (options: SendOptions) => Promise<Receipt>): Promise<void> {
    const controller = new AbortController();
    this.#underWay.add(controller);
    try {
      const { deadlineMs } = this.limits;
      this.endings.push({ mail, receipt: await by({ signal: controller.signal, deadlineMs }) });
    } catch (error) {
      this.endings.push({ mail, error });
    } finally {
      this.#underWay.delete(controller);
    }
  }
}

function credentials({ kind, user, secret }: Login): TransportOptions["credentials"] {
  return kind === "password" ? { user, password: secret } : { user, accessToken: secret };
}

/** Waits for the end of a dialogue, but not for ever. */
async function inTime(play: Promise<void>, wrong: string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    wrong.push(`has not ended after ${DEADLINE_MS} ms`);
    resolve();
  }, DEADLINE_MS);
  try {
    await Promise.race([play, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function ending(receipt: Receipt | undefined, error: unknown): string {
  const one = (receipt ?? error) as Partial<Receipt>;
  const recipients = one.recipients?.map(({ address, delivery, reply }) =>
    `${address} ${delivery} ${reply?.code ?? ""}`
  );
  return `${receipt ? "receipt" : error} ${recipients?.join(", ")}`;
}

function shortened(line: string): string {
  const shown = JSON.stringify(line).slice(1, -1);
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}
