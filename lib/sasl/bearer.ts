import { encodeBase64 } from "@std/encoding/base64";
import { readComplaint } from "./complaint.ts";
import { checkField, CONTROLS, utf8 } from "./fields.ts";
import type { Mechanism } from "./mechanism.ts";
import { unexpectedChallenge } from "./violation.ts";

/** Who one is and the OAuth 2.0 access token that proves it. RFC 6750. */
export interface TokenCredentials {
  /** The mailbox that the token is for. */
  readonly user: string;
  /** The access token, as it was issued: not base64 of it, and without the word `Bearer`. */
  readonly accessToken: string;
}

/** In what the two mechanisms that carry a bearer token differ. */
export interface BearerForm {
  /** The name of the mechanism. */
  readonly name: string;
  /** What stands before the token in the initial response. */
  readonly head: string;
  /** The answer to the challenge that says why the token was refused. */
  readonly farewell: string;
}

/**
 * Makes a mechanism that carries a bearer token: one message, and on refusal one challenge that tells why.
 *
 * @param credentials The user and the access token.
 * @param form The mechanism's name and forms.
 * @returns The mechanism; its exchange remembers the refusal as `complaint`.
 * @throws {TypeError} If user or token is empty or holds a control character, which would end the field.
 */
export function bearer(credentials: TokenCredentials, form: BearerForm): Mechanism {
  const { user, accessToken } = credentials;
  const rule = { mechanism: form.name, forbidden: CONTROLS };
  checkField("user", user, rule);
  checkField("access token", accessToken, rule);
  return {
    name: form.name,
    secrets: [accessToken],
    identity: user,
    start: () => {
      let refused = false;
      let complaint: string | undefined;
      const initial = utf8(`${form.head}auth=Bearer ${accessToken}\x01\x01`);
      return {
        initial,
        get complaint() {
          return complaint;
        },
        next: (challenge) => {
          if (refused) throw unexpectedChallenge(form.name);
          refused = true;
          complaint = readComplaint(challenge, [
            accessToken,
            encodeBase64(accessToken),
            encodeBase64(initial),
          ]);
          return utf8(form.farewell);
        },
      };
    },
  };
}
