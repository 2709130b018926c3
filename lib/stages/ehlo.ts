import type { Reply } from "../errors.ts";
import type { Peer } from "../wire/peer.ts";
import { command } from "../wire/command.ts";
import { refusal } from "./refusal.ts";
import type { Extensions, Stages } from "./stage.ts";

/** How to introduce ourselves. */
export interface EhloOptions {
  /**
   * The client's domain, or an address literal such as `[192.0.2.1]`.
   * @default The address literal of our end of the connection. RFC 5321 section 4.1.4.
   */
  readonly name?: string;
}

/**
 * Says EHLO and reads what the server offers.
 *
 * Falls back to HELO when EHLO is answered 500 or 502 (RFC 5321 section 3.2); the extensions are then empty.
 *
 * @param options How to introduce ourselves.
 * @returns The `ehlo` stage. It throws a {@linkcode ReplyError} when the server refuses both.
 * @throws {TypeError} If the name is not one word of printable ASCII.
 */
export function ehlo(options: EhloOptions = {}): Stages["ehlo"] {
  if (options.name !== undefined && !/^[!-~]+$/.test(options.name)) {
    throw new TypeError("Cannot say EHLO: the name is not one word of printable ASCII");
  }
  return async ({ channel }, cx) => {
    const name = options.name ?? addressLiteral(channel.peer);
    const reply = await channel.send(command("EHLO", name), cx).reply(cx);
    if (reply.code === 250) return { state: "greeted", channel, extensions: readExtensions(reply) };
    if (reply.code !== 500 && reply.code !== 502) {
      throw await refusal(channel, reply, { stage: "ehlo", command: "EHLO" });
    }
    const second = await channel.send(command("HELO", name), cx).reply(cx);
    if (second.code === 250) return { state: "greeted", channel, extensions: new Map() };
    throw await refusal(channel, second, { stage: "ehlo", command: "HELO" });
  };
}

/** Our own address in brackets: true wherever the machine is, and needs no permission to read its name. */
function addressLiteral(peer: Peer): string {
  const { localAddress = "127.0.0.1" } = peer;
  return localAddress.includes(":") ? `[IPv6:${localAddress}]` : `[${localAddress}]`;
}

/**
 * Reads the extensions from a reply to EHLO; unknown ones are kept (RFC 5321 section 4.1.1.1).
 *
 * @param reply The reply; its first line is the server's name and greeting.
 * @returns Parameters by keyword, keywords in upper case.
 */
export function readExtensions(reply: Reply): Extensions {
  // A set for each, since a server may list one keyword a thousand times.
  const extensions = new Map<string, Set<string>>();
  for (const line of reply.lines.slice(1)) {
    const [first = "", ...parameters] = line.split(/[ \t]+/).filter((word) => word !== "");
    // Old servers write "AUTH=LOGIN PLAIN", often beside the true form: both lists count.
    const [keyword, old] = first.toUpperCase().split("=", 2);
    if (keyword === "") continue;
    const known = extensions.get(keyword) ?? new Set();
    for (const parameter of old ? [old, ...parameters] : parameters) known.add(parameter);
    extensions.set(keyword, known);
  }
  return new Map(Array.from(extensions, ([keyword, parameters]) => [keyword, [...parameters]]));
}
