/**
 * Starts the daemons of a test and makes sure that none outlives it.
 *
 * @module
 */

/** How long a daemon may take over its own end, in milliseconds: Dovecot's log process would like a whole second. */
const GRACE_MS = 200;
/** How long the system may take to end a process that is killed, in milliseconds. */
const KILL_MS = 5_000;

/**
 * Keeps a daemon on a leash: it runs for as long as somebody holds the other end of standard input. A test run that
 * is interrupted disposes of nothing, and Postfix leaves the process group that an interrupt reaches. What holds the leash
 * stays in the group, and is deaf.
 */
const LEASH = `
exec 3<&0 >>"$1" 2>&1
shift
"$@" 3<&- </dev/null & server=$!
{ trap '' HUP INT TERM; read -r _; kill "$server"; } <&3 & leash=$!
exec 3<&-
wait "$server"
status=$?
kill -KILL "$leash" 2>/dev/null
exit "$status"`;

/** What {@linkcode startDaemon} has to know beside the command. */
export interface DaemonOptions {
  /** The working folder, by which the children are known too: each daemon wants one of its own. */
  readonly folder: string;
  /** The file that receives standard output and standard error. */
  readonly output: string;
  /** The whole environment beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asked until it says `true`: whether the daemon answers by now. */
  readonly ready: (signal: AbortSignal) => Promise<true | undefined>;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

/**
 * Starts a daemon that stays in the foreground, and waits until it answers.
 *
 * @param command The program and its arguments.
 * @returns What ends the daemon and all its children.
 * @throws {Error} If the daemon ends before it answers.
 */
export async function startDaemon(
  command: readonly string[],
  options: DaemonOptions,
): Promise<AsyncDisposable> {
  const { folder, output, env, ready, signal } = options;
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", LEASH, "leash", output, ...command],
    cwd: folder,
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const early = new AbortController();
  const ended = child.status.then(({ code }) => {
    early.abort(new Error(`Cannot start ${command[0]}: it ended with code ${code}`));
  });
  const gone = async () => (await processesIn(folder)).length === 0 || undefined;
  async function stop() {
    await child.stdin.close();
    await poll(gone, AbortSignal.timeout(GRACE_MS)).catch(async () => {
      await killAll(() => processesIn(folder));
    });
    await ended;
  }
  try {
    await poll(ready, AbortSignal.any([signal, early.signal]));
  } catch (error) {
    await stop();
    throw error;
  }
  return { [Symbol.asyncDispose]: stop };
}

/**
 * Reads what a server says first.
 *
 * @param connect Opens the connection.
 * @param signal Ends the waiting, should somebody accept and say nothing.
 * @returns Up to 512 octets as text; `undefined` if nobody listens or nothing is said.
 */
export async function readGreeting(
  connect: () => Promise<Deno.Conn>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const silence = Promise.withResolvers<null>();
  const giveUp = () => silence.resolve(null);
  signal.addEventListener("abort", giveUp);
  try {
    using conn = await connect();
    const octets = new Uint8Array(512);
    const length = await Promise.race([conn.read(octets), silence.promise]);
    return length === null ? undefined : new TextDecoder().decode(octets.subarray(0, length));
  } catch (error) {
    const { ConnectionRefused, ConnectionReset, NotFound } = Deno.errors;
    if ([ConnectionRefused, ConnectionReset, NotFound].some((kind) => error instanceof kind)) {
      return undefined;
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/**
 * Ends processes with `kill -9`, and waits until they are gone.
 *
 * @param find Lists those that are left.
 * @throws {DOMException} If one is still there after 5 seconds.
 */
export async function killAll(find: () => Promise<number[]>): Promise<void> {
  await poll(async () => {
    const left = await find();
    for (const pid of left) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return left.length === 0 || undefined;
  }, AbortSignal.timeout(KILL_MS));
}

/**
 * Lists the processes whose working folder is a folder or lies within it.
 *
 * @returns Their process ids.
 */
export async function processesIn(folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // Processes come and go while the folder is read.
    const cwd = await Deno.readLink(`/proc/${name}/cwd`).catch(() => "");
    if (`${cwd}/`.startsWith(`${folder}/`)) found.push(Number(name));
  }
  return found;
}

/**
 * Asks every 10 ms until there is an answer.
 *
 * @param ask Gives the answer, or `undefined` when it is too early.
 * @param signal Ends the waiting.
 * @throws The signal's reason, or what `ask` throws.
 */
export async function poll<T>(
  ask: (signal: AbortSignal) => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask(signal);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
