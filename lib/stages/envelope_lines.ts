/**
 * The command lines of the envelope with their parameters.
 *
 * @module
 */

import { type Command, command, xtext } from "../wire/command.ts";
import { formatPath } from "../wire/path.ts";
import type { ForwardPath, Mail, Notify } from "./stage.ts";

const NOTIFY: readonly Notify[] = ["NEVER", "SUCCESS", "FAILURE", "DELAY"];

/** Longest ENVID in characters. RFC 3461 section 4.4. */
const MAX_ENVID = 100;

/** The mailbox of a forward-path in either form. */
export function addressOf(path: string | ForwardPath): string {
  return typeof path === "string" ? path : path.address;
}

/**
 * Says whether a mail needs SMTPUTF8: a mailbox or a header is not ASCII. RFC 6531 section 3.
 */
export function needsUtf8({ envelope, content }: Mail): boolean {
  return content.utf8 || !isAscii(envelope.reversePath) ||
    envelope.forwardPaths.some((path) => !isAscii(addressOf(path)));
}

/**
 * Writes MAIL with SIZE, BODY, SMTPUTF8, RET and ENVID, each only when it is needed and offered.
 *
 * @throws {TypeError} If the reverse-path, RET or ENVID is malformed.
 */
export function mailLine(mail: Mail): Command {
  const { session: { extensions }, envelope, content } = mail;
  const parameters: string[] = [];
  if (extensions.has("SIZE") && content.size !== undefined) parameters.push(`SIZE=${content.size}`);
  if (content.binary) parameters.push("BODY=BINARYMIME");
  else if (content.eightBit) parameters.push("BODY=8BITMIME");
  if (needsUtf8(mail)) parameters.push("SMTPUTF8");
  if (envelope.ret !== undefined) {
    if (envelope.ret !== "FULL" && envelope.ret !== "HDRS") {
      throw new TypeError('Cannot write MAIL: ret is neither "FULL" nor "HDRS"');
    }
    parameters.push(`RET=${envelope.ret}`);
  }
  if (envelope.envid !== undefined) {
    if (envelope.envid === "" || envelope.envid.length > MAX_ENVID) {
      throw new TypeError(`Cannot write MAIL: envid has not 1 to ${MAX_ENVID} characters`);
    }
    parameters.push(`ENVID=${xtext(envelope.envid)}`);
  }
  return command("MAIL", `FROM:${formatPath("MAIL", envelope.reversePath)}`, ...parameters);
}

/**
 * Writes RCPT with NOTIFY and ORCPT.
 *
 * @throws {TypeError} If the forward-path, NOTIFY or ORCPT is malformed.
 */
export function rcptLine(path: ForwardPath): Command {
  const parameters: string[] = [];
  if (path.notify !== undefined) {
    const unknown = path.notify.find((word) => !NOTIFY.includes(word));
    if (unknown !== undefined || path.notify.length === 0) {
      throw new TypeError(`Cannot write RCPT: notify is not a list of ${NOTIFY.join(", ")}`);
    }
    if (path.notify.includes("NEVER") && path.notify.length > 1) {
      throw new TypeError("Cannot write RCPT: notify NEVER stands alone");
    }
    parameters.push(`NOTIFY=${path.notify.join(",")}`);
  }
  if (path.orcpt !== undefined) {
    const [, type, address] = /^([a-z0-9-]+);(.+)$/i.exec(path.orcpt) ?? [];
    if (type === undefined) throw new TypeError('Cannot write RCPT: orcpt is not "type;address"');
    parameters.push(`ORCPT=${type};${xtext(address)}`);
  }
  return command("RCPT", `TO:${formatPath("RCPT", path.address)}`, ...parameters);
}

function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}
