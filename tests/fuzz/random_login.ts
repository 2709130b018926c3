/**
 * The server's side of AUTH, played well or badly.
 *
 * @module
 */

import { ScramServer } from "../sasl/scram_server.ts";
import type { Random } from "./random.ts";

/** What a login may hold that nobody else may see. */
export interface Login {
  readonly user: string;
  /** A password, or a token. */
  readonly secret: string;
  readonly kind: "password" | "token";
}

const encoder = new TextEncoder();

/** The base64 of a text in UTF-8. */
export function base64(text: string): string {
  return encoder.encode(text).toBase64();
}

const MECHANISMS = {
  password: ["PLAIN", "LOGIN", "CRAM-MD5", "X-UNKNOWN"],
  token: ["XOAUTH2", "OAUTHBEARER"],
} as const;

/** The mechanisms that a server offers; SCRAM seldom, since it takes time. */
export function randomMechanisms(random: Random, { kind }: Login): string[] {
  const names: string[] = random.chance(0.2) ? random.some(...MECHANISMS[kind]) : [...MECHANISMS[kind]];
  if (random.chance(0.05)) names.push("SCRAM-SHA-256");
  return names;
}

/** What a server says next: a challenge, or whether it takes the login. */
export type Turn = { readonly challenge: string } | { readonly taken: boolean };

/** One exchange: takes each response, as text, and gives the turn after it. */
export type Exchange = (response: string) => Turn;

/**
 * Begins an exchange as the mechanism has it.
 *
 * @param login What the server knows.
 * @param mechanism Its name.
 * @returns What the client is to answer first, and what comes after.
 */
export function beginExchange(
  { user, secret }: Login,
  mechanism: string,
  random: Random,
): { first: string; next: Exchange } {
  switch (mechanism) {
    case "PLAIN":
      return { first: "", next: (response) => ({ taken: response === `\0${user}\0${secret}` }) };
    case "LOGIN": {
      let named: string | undefined;
      return {
        first: "User Name",
        next: (response) => {
          if (named !== undefined) return { taken: named === user && response === secret };
          named = response;
          return { challenge: "Password:" };
        },
      };
    }
    case "SCRAM-SHA-256": {
      const server = new ScramServer({ hash: "sha256", password: secret });
      let step = 0;
      return {
        first: "",
        next: (response) => {
          step++;
          if (step === 1) return { challenge: server.first(response) };
          if (step === 2) return { challenge: random.chance(0.8) ? server.final(response) : "v=AAAA" };
          return { taken: true };
        },
      };
    }
    case "XOAUTH2":
    case "OAUTHBEARER": {
      // RFC 7628 section 3.2.2; a careless server repeats what it was given.
      const complaint = JSON.stringify({
        status: "400",
        schemes: "Bearer",
        scope: random.pick("mail", secret, base64(secret)),
      });
      return { first: "", next: () => random.chance(0.5) ? { taken: true } : { challenge: complaint } };
    }
    default:
      return { first: "<1.2@mail.example.com>", next: () => ({ taken: random.chance(0.7) }) };
  }
}
