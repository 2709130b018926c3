import { ProtocolError } from "../errors.ts";

/**
 * Makes the error for a server that breaks the rules of a mechanism.
 *
 * @param mechanism The mechanism.
 * @param found What the server did, in our words: its own may repeat a secret.
 * @param options The stable dotted code of the error.
 * @returns The error, to be thrown.
 */
export function violation(
  mechanism: string,
  found: string,
  options: { readonly code: string },
): ProtocolError {
  return new ProtocolError(`Cannot authenticate with ${mechanism}: ${found}`, options);
}

/**
 * Makes the error for a challenge that comes after the client has said all it has to say.
 *
 * @param mechanism The mechanism.
 * @returns The error, to be thrown.
 */
export function unexpectedChallenge(mechanism: string): ProtocolError {
  return violation(mechanism, "the server sent a challenge where none belongs", {
    code: "auth.unexpected_challenge",
  });
}
