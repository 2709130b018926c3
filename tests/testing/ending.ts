/**
 * Tells in one value what a send over a real connection ended in.
 *
 * @module
 */

import { type Content, formatReply, type Prepared, type Receipt, SmtpError } from "../../mod.ts";
import { EXIT, exitCodeOf } from "../../lib/cli/exit_code.ts";
import { content, outcomes } from "../dialogue.ts";

/** What a send ended in, as a caller and as a shell see it. */
export interface Ending {
  /** The outcome for each recipient: address, delivery, and the code of the reply that decided it. */
  readonly recipients: readonly string[];
  /** The exit status of the command line. */
  readonly exit: number;
  /** The reply that the receipt or the error carries. */
  readonly reply?: string;
  /** Class and dotted code of the error. */
  readonly error?: string;
  /** Stage and command that failed. */
  readonly at?: string;
  /** Whether the same send may be tried again. */
  readonly retry?: boolean;
}

/** Envelope and content that are ready, to recipients named `NAME@example.org`. */
export function mail(names: readonly string[] = ["bo"], body: Content = content("Hello\r\n")): Prepared {
  const forwardPaths = names.map((name) => `${name}@example.org`);
  return { envelope: { reversePath: "ann@example.com", forwardPaths }, content: body };
}

/** Runs a send; what it throws that is no error of the library's is thrown on. */
export async function endingOf(send: () => Promise<Receipt>): Promise<Ending> {
  try {
    const { recipients, reply } = await send();
    const all = recipients.every((one) => one.delivery === "accepted");
    const exit = all ? EXIT.OK : EXIT.PARTIAL;
    return { recipients: outcomes(recipients), exit, reply: formatReply(reply) };
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    const { code, stage, command, reply, recipients, retryable } = error;
    return {
      recipients: outcomes(recipients),
      exit: exitCodeOf(error),
      error: `${error.name} ${code}`,
      at: [stage, command].filter(Boolean).join(" "),
      retry: retryable,
      ...reply ? { reply: formatReply(reply) } : {},
    };
  }
}
