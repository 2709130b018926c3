import { type Attachment, type Content, dataUri, type FileAttachment, prepareRaw } from "../../mod.ts";
import { CliError, EXIT } from "./exit_code.ts";
import { fileType, nameFor } from "./file_type.ts";
import type { InputFile, Io } from "./io.ts";
import type { Settings } from "./settings.ts";
import { together, unreadable } from "./unreadable.ts";

/** A value of `--attach` or `--inline`. */
export interface Enclosure {
  readonly option: "--attach" | "--inline";
  /** How an error names it: `--attach "a.pdf"`. */
  readonly label: string;
  /** The file, `-`, or a `data:` URI. */
  readonly path: string;
  readonly type?: string;
  readonly name?: string;
  readonly description?: string;
  /** The name by which HTML shows it; for every `--inline`. */
  readonly cid?: string;
  /** Whether it is standard input. */
  readonly stdin: boolean;
}

/** What may be said of a file. What follows `;` otherwise belongs to its name. */
const KEYS = { "--attach": ["type", "name", "description"], "--inline": ["cid", "type"] } as const;

/** Most characters of a value that an error shows. */
const MAX_SHOWN = 80;

/**
 * Reads the options that enclose files.
 *
 * @param settings The settings.
 * @returns What is enclosed, as it was given.
 * @throws {CliError} If something of it is malformed, or an image has no HTML to be shown in.
 */
export function readEnclosures({ given }: Settings): Enclosure[] {
  const inline = given.values("inline");
  if (inline.length > 0 && given.value("html") === undefined && given.value("markdown") === undefined) {
    throw new CliError("Cannot read --inline: there is no HTML to show it in (--html or --markdown)");
  }
  return [
    ...given.values("attach").map((value) => readEnclosure("--attach", value)),
    ...inline.map((value) => readEnclosure("--inline", value)),
  ];
}

/**
 * Reads a value such as `report.pdf;type=application/pdf;name=Report.pdf`.
 *
 * @param option The option.
 * @param value Its value.
 * @returns What it says.
 * @throws {CliError} If it names no file, or says something twice or not at all.
 */
export function readEnclosure(option: Enclosure["option"], value: string): Enclosure {
  const refuse = (found: string) => new CliError(`Cannot read ${label(option, value)}: ${found}`);
  // What a data: URI says before its comma is its own.
  const start = /^data:/i.test(value) ? value.indexOf(",") + 1 : 0;
  const marks = [...value.matchAll(new RegExp(`;(${KEYS[option].join("|")})=`, "g"))].filter(({ index }) =>
    index >= start
  );
  const said: Record<string, string> = {};
  for (const [at, { 0: mark, 1: key, index }] of marks.entries()) {
    const text = value.slice(index + mark.length, marks[at + 1]?.index);
    if (key in said) throw refuse(`it says ${key}= twice`);
    if (text === "") throw refuse(`${key}= says nothing`);
    said[key] = text;
  }
  const path = value.slice(0, marks[0]?.index);
  if (path === "") throw refuse("it names no file");
  const stdin = path === "-";
  const isFile = !stdin && start === 0;
  const name = said.name ?? (isFile ? lastComponent(path) : undefined);
  const enclosure = { option, label: label(option, path), path, ...said, stdin };
  if (option === "--attach") return { ...enclosure, name };
  const cid = said.cid ?? name;
  if (cid === undefined) throw refuse("it has no name to be shown by (;cid=NAME)");
  if (!/^[!-;=?-~]+$/.test(cid)) {
    throw refuse(
      `${
        JSON.stringify(cid)
      } is no name that HTML can show it by (;cid=NAME, printable ASCII without blanks)`,
    );
  }
  return { ...enclosure, name: name ?? cid, cid };
}

/** A `data:` URI may be long. */
function label(option: string, value: string): string {
  return `${option} ${JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value)}`;
}

function lastComponent(path: string): string {
  return path.split(Deno.build.os === "windows" ? /[\\/]/ : "/").findLast(Boolean) ?? path;
}

/**
 * Opens what is enclosed; nothing but the first octets is read yet.
 *
 * @param enclosures What is enclosed.
 * @param io The world.
 * @returns The attachments; standard input is empty so far.
 * @throws {CliError} If files cannot be read, all of them named, or a URI or a message is malformed.
 */
export async function openEnclosures(
  enclosures: readonly Enclosure[],
  io: Io,
): Promise<readonly Attachment[]> {
  return await together(enclosures.map((enclosure) => open(enclosure, io)));
}

/**
 * Reads the enclosure that is standard input.
 *
 * @param enclosures What is enclosed.
 * @param attachments What came of it.
 * @param io The world.
 * @returns The attachments, complete.
 */
export async function readEnclosureInput(
  enclosures: readonly Enclosure[],
  attachments: readonly Attachment[],
  io: Io,
): Promise<readonly Attachment[]> {
  const octets = await io.readStdin();
  const read = async (enclosure: Enclosure, at: number) =>
    enclosure.stdin ? await attach(enclosure, inMemory(octets)) : attachments[at];
  return await Promise.all(enclosures.map(read));
}

async function open(enclosure: Enclosure, io: Io): Promise<Attachment> {
  const { option, path, stdin } = enclosure;
  if (stdin) return await attach(enclosure, inMemory(new Uint8Array()));
  if (/^data:/i.test(path)) {
    const { content, type } = readDataUri(option, path);
    return await attach({ type, ...enclosure }, inMemory(content));
  }
  let file: InputFile;
  try {
    file = await io.open(path);
  } catch (error) {
    throw unreadable(option, path, error);
  }
  return await attach(enclosure, file);
}

function readDataUri(option: string, uri: string): ReturnType<typeof dataUri> {
  try {
    return dataUri(uri);
  } catch (error) {
    const message = (error as Error).message.replace(/^Cannot read data URI/, `Cannot read ${option}`);
    throw new CliError(message, EXIT.DATAERR, { code: "cli.message", cause: error });
  }
}

function inMemory(octets: Uint8Array): InputFile {
  return { size: octets.length, head: octets.subarray(0, 4_096), content: octets };
}

async function attach(enclosure: Enclosure, file: InputFile): Promise<Attachment> {
  const { cid, description } = enclosure;
  const type = enclosure.type ?? await fileType(enclosure.name, file.head);
  const filename = enclosure.name ?? await nameFor(type);
  if (type === "message/rfc822") return { message: await readReady(enclosure, file), filename, description };
  if (/^(?:message|multipart)\//i.test(type)) {
    throw new CliError(`Cannot read ${enclosure.label}: ${JSON.stringify(type)} is no type of a file`);
  }
  const { content, size } = file;
  const attachment: FileAttachment = { content, size, filename, type, description };
  return cid === undefined ? attachment : { ...attachment, contentId: cid, disposition: "inline" };
}

/** A message that is passed on with another, as it is but for its Bcc. */
async function readReady({ option, path, label }: Enclosure, { content, size }: InputFile): Promise<Content> {
  try {
    // It has no envelope of its own, but this function wants one.
    const envelope = { reversePath: "", forwardPaths: ["nobody@invalid"] };
    return (await prepareRaw({ raw: content, size, envelope, addMissing: false })).content;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw unreadable(option, path, error);
    const found = error.message.replace(/^Cannot prepare message: /, "");
    throw new CliError(`Cannot read ${label}: ${found}`, EXIT.DATAERR, {
      code: "cli.message",
      hint: "With ;type=application/octet-stream it is attached as a file.",
      cause: error,
    });
  }
}
