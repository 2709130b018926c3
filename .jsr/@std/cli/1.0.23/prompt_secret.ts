/** Asks for a secret on the terminal without showing it. */
export function promptSecret(message = "Secret", { clear = false } = {}): string | null {
  if (!Deno.stdin.isTerminal()) return null;
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  write(message + " ");
  Deno.stdin.setRaw(true, { cbreak: true });
  const octets: number[] = [];
  try {
    const one = new Uint8Array(1);
    while (Deno.stdin.readSync(one) !== null) {
      if (one[0] === 10 || one[0] === 13) break;
      if (one[0] === 127 || one[0] === 8) octets.pop();
      else octets.push(one[0]);
    }
  } finally {
    Deno.stdin.setRaw(false);
    write(clear ? "\r\x1b[K" : "\n");
  }
  return new TextDecoder().decode(new Uint8Array(octets));
}
