import type { Io } from "../../lib/cli/io.ts";
import { main } from "../../lib/cli/main.ts";

/** What a test gives a command. */
export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** What the user types when asked for a secret; without it there is no terminal. */
  readonly secret?: string;
  readonly run?: Io["run"];
  /** Interrupts the program. */
  readonly signal?: AbortSignal;
  /** Opens a file otherwise than out of memory. */
  readonly open?: Io["open"];
}

/** What a command did. */
export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** The files that it wrote. */
  readonly saved: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

const encoder = new TextEncoder();

function octets(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? encoder.encode(text) : text;
}

/** Runs the command line in a world of the test's own. */
export async function stagecoach(args: readonly string[], world: World = {}): Promise<Outcome> {
  let [out, err] = ["", ""];
  const decoder = new TextDecoder();
  const saved: Record<string, Uint8Array<ArrayBuffer>> = {};
  const io: Io = {
    env: (name) => world.env?.[name],
    out: (text) => void (out += typeof text === "string" ? text : decoder.decode(text)),
    err: (text) => void (err += text),
    readStdin: () => Promise.resolve(octets(world.stdin ?? "")),
    readFile(path) {
      const file = world.files?.[path];
      return file === undefined
        ? Promise.reject(new Deno.errors.NotFound(path))
        : Promise.resolve(octets(file));
    },
    async open(path) {
      if (world.open) return await world.open(path);
      const content = await io.readFile(path);
      return { size: content.length, head: content.subarray(0, 4_096), content };
    },
    async save(path, octets) {
      saved[path] = await new Response(ReadableStream.from(octets)).bytes();
    },
    askSecret: () => Promise.resolve(world.secret ?? null),
    run: world.run ?? (() => Promise.reject(new Deno.errors.NotFound("no program"))),
    mayConnect: () => true,
    interrupts: () => ({ signal: world.signal ?? new AbortController().signal, [Symbol.dispose]() {} }),
    stdinIsTerminal: world.secret !== undefined,
    stderrIsTerminal: world.secret !== undefined,
  };
  const exit = await main(args, io);
  return { exit, out, err, saved };
}

/** A server on loopback that answers each line by a function; `undefined` closes. */
export function scriptedServer(answer: (line: string) => string | undefined, greeting = "220 mail ESMTP") {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serve = async (conn: Deno.Conn) => {
    using _ = conn;
    const write = (text: string) => conn.write(encoder.encode(text + "\r\n"));
    await write(greeting);
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4_096);
    let waiting = "";
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      waiting += decoder.decode(buffer.subarray(0, count));
      for (let end = waiting.indexOf("\r\n"); end >= 0; end = waiting.indexOf("\r\n")) {
        const said = answer(waiting.slice(0, end));
        waiting = waiting.slice(end + 2);
        if (said === undefined) return;
        if (said !== "") await write(said);
      }
    }
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const conn of listener) serving.push(serve(conn).catch(() => {}));
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(serving);
    },
  };
}

/** The answers of a server that takes everything, and those that a test wants otherwise, by verb. */
export function answers(
  other: Readonly<Record<string, string | undefined>>,
): (line: string) => string | undefined {
  let content = false;
  return (line) => {
    if (content) {
      if (line !== ".") return "";
      content = false;
      return "content" in other ? other.content : "250 2.0.0 Ok: queued as 4F1";
    }
    const verb = line.split(/[ :]/, 1)[0];
    if (verb === "DATA" && !("DATA" in other)) content = true;
    const usual: Record<string, string> = {
      EHLO: "250-mail\r\n250 AUTH PLAIN",
      DATA: "354 go",
      AUTH: "235 ok",
      QUIT: "221 bye",
    };
    return verb in other ? other[verb] : usual[verb] ?? "250 ok";
  };
}
