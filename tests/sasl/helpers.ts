import type { Mechanism } from "../../lib/sasl/mechanism.ts";

/** The octets of a text. */
export const octets = (text: string) => new TextEncoder().encode(text);

/** The text of octets; `undefined` stays. */
export const text = (data: Uint8Array | undefined) => data && new TextDecoder().decode(data);

/** Says each challenge in turn and collects what the mechanism says, its initial response first. */
export async function converse(mechanism: Mechanism, ...challenges: string[]) {
  const exchange = await mechanism.start();
  const said = exchange.initial ? [text(exchange.initial)] : [];
  for (const challenge of challenges) said.push(text(await exchange.next(octets(challenge))));
  return { said, exchange };
}
