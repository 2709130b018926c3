import type { Source } from "../../mod.ts";

import { EXIT, Interruption } from "./exit_code.ts";

/** All that a command needs of the world, so that a test can be the world. */
export interface Io {
  /** A variable of the environment; one that may not be read counts as unset. */
  env(name: string): string | undefined;
  /** Writes data. */
  out(text: string | Uint8Array): void;
  /** Writes talk. */
  err(text: string): void;
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>;
  /** All of a file. */
  readFile(path: string): Promise<Uint8Array>;
  /** A file that is read when it is needed. */
  open(path: string): Promise<InputFile>;
  /** Writes a file. */
  save(path: string, octets: AsyncIterable<Uint8Array>): Promise<void>;
  /** Asks for a secret on the terminal; `null` when there is none, or nothing was said. */
  askSecret(question: string): Promise<string | null>;
  /** Runs a program without a shell; what it complains of is shown as it comes, its standard input is empty. */
  run(argv: readonly string[], signal: AbortSignal): Promise<Ended>;
  /** Whether a connection to that address is permitted; asking for it at the terminal is not what a script needs. */
  mayConnect(hostname: string, port: number): boolean;
  /** Listens for SIGINT and SIGTERM until it is disposed of; a second one ends the program at once. */
  interrupts(): Interrupts;
  /** Whether standard input is a terminal. */
  readonly stdinIsTerminal: boolean;
  /** Whether standard error is a terminal. */
  readonly stderrIsTerminal: boolean;
}

/** A file that is read when it is needed. */
export interface InputFile {
  /** How many octets it has; `undefined` when only its end tells. */
  readonly size?: number;
  /** Its first octets; none of what can be read only once. */
  readonly head: Uint8Array;
  /** Its octets; a function gives them anew at each call. */
  readonly content: Exclude<Source, string | Blob>;
}

/** A signal that somebody ends the program by: Ctrl-C, or the system. */
export interface Interrupts extends Disposable {
  /** Aborted by it, for the reason that it is an {@linkcode Interruption}. */
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const encoder = new TextEncoder();

/** The world as it is. */
export function systemIo(): Io {
  return {
    env: readVariable,
    out: (text) => write(Deno.stdout, text),
    err: (text) => write(Deno.stderr, text),
    readStdin: () => Promise.resolve(readStdin()),
    async readFile(path) {
      if (!granted({ name: "read", path })) throw denied("read", path);
      return await Deno.readFile(path);
    },
    async open(path) {
      if (!granted({ name: "read", path })) throw denied("read", path);
      const { openFile } = await import("./open_file.ts");
      return await openFile(path);
    },
    async save(path, octets) {
      if (!granted({ name: "write", path })) throw denied("write", path);
      const { saveFile } = await import("./save_file.ts");
      await saveFile(path, octets);
    },
    async askSecret(question) {
      const { promptSecret } = await import("@std/cli/prompt-secret");
      return promptSecret(question, { clear: true });
    },
    run,
    mayConnect(hostname, port) {
      // Without a terminal there is no prompt, and connecting says the same.
      if (!Deno.stdin.isTerminal()) return true;
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      return granted({ name: "net", host: `${host}:${port}` });
    },
    interrupts,
    get stdinIsTerminal() {
      return Deno.stdin.isTerminal();
    },
    get stderrIsTerminal() {
      return Deno.stderr.isTerminal();
    },
  };
}

function interrupts(): Interrupts {
  const controller = new AbortController();
  const exits = { SIGINT: EXIT.INTERRUPTED, SIGTERM: EXIT.TERMINATED } as const;
  // Windows has no SIGTERM.
  const names = (Object.keys(exits) as (keyof typeof exits)[]).filter((name) =>
    Deno.build.os !== "windows" || name === "SIGINT"
  );
  const listeners = names.map((name) =>
    [name, () => {
      stop();
      controller.abort(new Interruption(exits[name]));
    }] as const
  );
  const stop = () => {
    for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
  };
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  return { signal: controller.signal, [Symbol.dispose]: stop };
}

/** A variable that may not be read counts as unset, and nobody is prompted for it. */
function readVariable(name: string): string | undefined {
  // The one variable that Deno tells without a permission.
  if (name === "NO_COLOR" && Deno.noColor) return "1";
  try {
    // Without a terminal there is no prompt, and asking first would cost more than trying.
    const denied = Deno.stdin.isTerminal() && !granted({ name: "env", variable: name });
    return denied ? undefined : Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Permissions are looked up and never asked for: a run with few of them must not stop at a prompt. */
function granted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

function denied(kind: "read" | "write" | "run", what: string): Error {
  return new Deno.errors.NotCapable(
    `Cannot go on: ${kind} access to "${what}" is not permitted; --allow-${kind}`,
  );
}

/** Blocking, which costs a third of a stream: nothing else is to be done meanwhile. */
function readStdin(): Uint8Array {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(65_536);
    const count = Deno.stdin.readSync(chunk);
    if (count === null) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  const octets = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    octets.set(chunk, at);
    at += chunk.length;
  }
  return octets;
}

async function run([program, ...args]: readonly string[], signal: AbortSignal): Promise<Ended> {
  if (!granted({ name: "run", command: program })) throw denied("run", program);
  const command = new Deno.Command(program, {
    args,
    signal,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const decoder = new TextDecoder();
  let stderr = "";
  const shown = (async () => {
    for await (const octets of child.stderr) {
      write(Deno.stderr, octets);
      stderr += decoder.decode(octets, { stream: true });
    }
  })();
  const [stdout, { code }] = await Promise.all([new Response(child.stdout).text(), child.status, shown]);
  return { code, stdout, stderr };
}

/** A reader that has gone away is no error of ours. */
function write(stream: typeof Deno.stdout, text: string | Uint8Array): void {
  const octets = typeof text === "string" ? encoder.encode(text) : text;
  try {
    for (let from = 0; from < octets.length;) from += stream.writeSync(octets.subarray(from));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
