/**
 * The notation in which a dialogue is written down: `S:` the server, `C:` the client, `--` what is neither.
 *
 * @module
 */

/** Where the dialogue ends; nothing may follow. */
const ENDINGS = ["close", "reset", "no close_notify", "silence", "stop reading"] as const;
const OTHERS = ["tls", "content", "hello", "drip"] as const;
const NAMES: readonly string[] = [...OTHERS, ...ENDINGS];

/** A step that ends the dialogue. */
export type Ending = typeof ENDINGS[number];

/** One line of a transcript; `text` is how it stands there. */
export type Step =
  | { readonly kind: "server"; readonly text: string; readonly octets: Uint8Array }
  | { readonly kind: "client"; readonly text: string; readonly line: string }
  | { readonly kind: typeof OTHERS[number] | Ending; readonly text: string };

const encoder = new TextEncoder();

/**
 * Reads a transcript.
 *
 * @param transcript The lines; blank ones are skipped, and so is the space around each.
 * @returns The steps.
 * @throws {SyntaxError} If a line is no step, or follows one that ends the dialogue.
 */
export function readTranscript(transcript: string): readonly Step[] {
  const lines = transcript.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const steps = lines.map(readStep);
  const end = steps.findIndex(isEnding);
  if (end >= 0 && end < steps.length - 1) {
    const [last, more] = [steps[end], steps[end + 1]];
    throw new SyntaxError(`Cannot read transcript: "${more.text}" comes after "${last.text}"`);
  }
  return steps;
}

/** Whether nothing comes after a step. */
export function isEnding(step: Step): boolean {
  return (ENDINGS as readonly string[]).includes(step.kind);
}

function readStep(text: string): Step {
  const [, mark, rest = ""] = /^(S:|C:|--) ?(.*)$/.exec(text) ?? [];
  if (mark === "S:") return { kind: "server", text, octets: encoder.encode(`${rest}\r\n`) };
  if (mark === "C:") return { kind: "client", text, line: rest };
  if (mark === "--" && NAMES.includes(rest)) return { kind: rest as Ending, text };
  const [, hex] = /^octets((?: +[0-9a-f]{2})+)$/i.exec(rest) ?? [];
  if (hex !== undefined) return { kind: "server", text, octets: Uint8Array.fromHex(hex.replaceAll(" ", "")) };
  const names = [...NAMES, "octets 16 03 …"].map((name) => `-- ${name}`);
  throw new SyntaxError(
    `Cannot read transcript: "${text}" is neither S: nor C: nor one of ${names.join(", ")}`,
  );
}
