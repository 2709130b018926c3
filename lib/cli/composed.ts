import {
  type Attachment,
  escapeControls,
  type Message,
  parseAddressList,
  prepare,
  type Prepared,
} from "../../mod.ts";
import { named, readAddresses, readFrom, readReversePath } from "./addresses.ts";
import { type Bodies, chooseBodies, type ReadBodies, readBodyFiles, readBodyInput } from "./bodies.ts";
import type { Enclosure } from "./enclosures.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import type { Draft } from "./message.ts";
import { malformed, type Settings } from "./settings.ts";
import { together } from "./unreadable.ts";

const PRIORITIES = ["high", "normal", "low"] as const;

/**
 * Reads the options that a message is composed of.
 *
 * @param settings The settings.
 * @param io The world.
 * @param user Who logs in: the sender, when nobody else is named.
 * @returns The draft.
 * @throws {CliError} If an option is malformed.
 */
export async function readComposed(settings: Settings, io: Io, user?: string): Promise<Draft> {
  const { given } = settings;
  if (given.has("read-recipients")) {
    throw new CliError("Cannot read --read-recipients: there is no message to read them from (--eml)");
  }
  const fields = readFields(settings, user);
  const reversePath = readReversePath(settings);
  const attaches = given.values("attach").length + given.values("inline").length > 0;
  const enclosures = attaches ? (await import("./enclosures.ts")).readEnclosures(settings) : [];
  const bodies = chooseBodies(settings, io, enclosures);
  return new Composed(io, { ...fields, reversePath, enclosures, bodies, quiet: given.has("quiet") });
}

/** What the options say. */
interface Wishes {
  /** The message without its bodies and attachments; to be used only when nothing is missing. */
  readonly message: Message;
  /** The options that are missing. */
  readonly missing: readonly string[];
  /** Where bounces go, when not to the sender. */
  readonly reversePath?: string;
  readonly enclosures: readonly Enclosure[];
  readonly bodies: ReadBodies;
  readonly quiet: boolean;
}

class Composed implements Draft {
  readonly missing: readonly string[];
  readonly #io: Io;
  readonly #wishes: Wishes;
  #bodies: Bodies = {};
  #attachments: readonly Attachment[] = [];

  constructor(io: Io, wishes: Wishes) {
    this.missing = wishes.missing;
    this.#io = io;
    this.#wishes = wishes;
  }

  async check(): Promise<void> {
    const { bodies, enclosures } = this.#wishes;
    const open = async () =>
      enclosures.length === 0
        ? []
        : await (await import("./enclosures.ts")).openEnclosures(enclosures, this.#io);
    [this.#bodies, this.#attachments] = await together([readBodyFiles(bodies, this.#io), open()]);
    // Nobody types a message that then turns out to be malformed.
    this.#compose({ text: "" });
  }

  async finish(): Promise<Prepared> {
    const { enclosures, quiet } = this.#wishes;
    const read = await readBodyInput(this.#bodies, this.#io);
    if (enclosures.some(({ stdin }) => stdin)) {
      const { readEnclosureInput } = await import("./enclosures.ts");
      this.#attachments = await readEnclosureInput(enclosures, this.#attachments, this.#io);
    }
    if (read.html === undefined && read.markdown === undefined) return this.#compose(read);
    const { render } = await import("./render.ts");
    const bodies = await render(read);
    for (const { label, cid } of enclosures) {
      if (cid === undefined || bodies.html.includes(`cid:${cid}`) || quiet) continue;
      this.#io.err(`warning: ${escapeControls(label)}: the HTML does not show it, as cid:${cid} would\n`);
    }
    return this.#compose(bodies);
  }

  /** Composes the message: once for a look at everything but the bodies, before these are read, and once with them. */
  #compose({ text, html }: ReadBodies): Prepared {
    const { message, reversePath, enclosures } = this.#wishes;
    try {
      const ready = prepare({ ...message, text, html, attachments: this.#attachments });
      return {
        ...ready,
        envelope: { ...ready.envelope, reversePath: reversePath ?? ready.envelope.reversePath },
      };
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      throw new CliError(nameOption(error.message, enclosures), EXIT.DATAERR, {
        code: "cli.message",
        cause: error,
      });
    }
  }
}

function readFields(settings: Settings, user: string | undefined): Pick<Wishes, "message" | "missing"> {
  const { given } = settings;
  const from = readFrom(settings, user);
  const [to, cc, bcc] = ["to", "cc", "bcc"].map((name) => readAddresses(settings, name));
  const missing: string[] = [];
  if (from === undefined) missing.push("--from");
  if (to.length + cc.length + bcc.length === 0) missing.push("--to");
  const replyTo = given.value("reply-to");
  if (replyTo !== undefined) named({ value: replyTo, source: "--reply-to" }, parseAddressList);
  const unsubscribe = given.values("list-unsubscribe");
  const oneClick = given.has("one-click");
  if (oneClick && unsubscribe.length === 0) missing.push("--list-unsubscribe");
  return {
    missing,
    message: {
      from: from ?? "",
      to,
      cc,
      bcc,
      replyTo,
      subject: given.value("subject"),
      priority: readPriority(settings),
      list: unsubscribe.length > 0 ? { unsubscribe, oneClick } : undefined,
      headers: readHeaders(given.values("header")),
    },
  };
}

function readPriority(settings: Settings): Message["priority"] {
  const setting = settings.get("priority");
  const found = PRIORITIES.find((one) => one === setting?.value);
  if (!setting || found) return found;
  throw malformed(setting, `is not one of ${PRIORITIES.join(", ")}`);
}

function readHeaders(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+):[ \t]*(.*)$/s.exec(line) ?? [];
    if (name === undefined) {
      throw new CliError(`Cannot read --header: ${JSON.stringify(line)} is not 'Name: value'`);
    }
    (headers[name] ??= []).push(value);
  }
  return headers;
}

/** The options for fields of the library that have other names. */
const OPTIONS: Readonly<Record<string, string>> = {
  replyTo: "reply-to",
  "list.unsubscribe": "list-unsubscribe",
  "list.oneClick": "one-click",
};

/** The library names its fields; a user knows the options. */
function nameOption(message: string, enclosures: readonly Enclosure[]): string {
  const name = (field: string) => `--${OPTIONS[field] ?? field}`;
  return message
    .replace(/^Cannot compose message: /, "Cannot send: ")
    .replace(/field "attachments\[(\d+)\]\.\w+"/, (_, at) => enclosures[Number(at)].label)
    .replace(/ in field "headers"/, " in --header")
    .replace(/field "headers\["([^"]*)"\]"/, 'the header "$1"')
    .replace(/field "([\w.]+)"/g, (_, field) => name(field))
    .replace(/ in "(list\.\w+)"$/, (_, field) => ` in ${name(field)}`)
    .replace(/\(use "(\w+)"( or "\w+")?\)/, (_, field) => `(use ${name(field)})`);
}
