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
  /** Asks for a secret on the terminal; `null` when there is none, or nothing was said. */
  askSecret(question: string): Promise<string | null>;
  /** Runs a program without a shell; its standard error is ours, its standard input is empty. */
  run(argv: readonly string[], signal: AbortSignal): Promise<{ code: number; stdout: string }>;
  /** Whether standard input is a terminal. */
  readonly stdinIsTerminal: boolean;
  /** Whether standard error is a terminal. */
  readonly stderrIsTerminal: boolean;
}

const encoder = new TextEncoder();

/** The world as it is. */
export function systemIo(): Io {
  return {
    env: readVariable,
    out: (text) => write(Deno.stdout, text),
    err: (text) => write(Deno.stderr, text),
    readStdin: () => new Response(Deno.stdin.readable).bytes(),
    readFile: (path) => Deno.readFile(path),
    async askSecret(question) {
      const { promptSecret } = await import("@std/cli/prompt-secret");
      return promptSecret(question, { clear: true });
    },
    async run([program, ...args], signal) {
      const command = new Deno.Command(program, {
        args,
        signal,
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      });
      const { code, stdout } = await command.output();
      return { code, stdout: new TextDecoder().decode(stdout) };
    },
    get stdinIsTerminal() {
      return Deno.stdin.isTerminal();
    },
    get stderrIsTerminal() {
      return Deno.stderr.isTerminal();
    },
  };
}

/** A variable that may not be read counts as unset, and nobody is prompted for it. */
function readVariable(name: string): string | undefined {
  try {
    // Without a terminal there is no prompt, and asking first would cost more than trying.
    const asked = Deno.stdin.isTerminal() &&
      Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted";
    return asked ? undefined : Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
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
