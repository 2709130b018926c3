import {
  escapeControls,
  type Extensions,
  formatReply,
  type Greeted,
  type Ready,
  type StageName,
  type TraceEvent,
} from "../../mod.ts";
import { size } from "./format.ts";

/** What a stage has seen, in one row: in our words, and in the server's. */
export interface Row {
  readonly what: string;
  readonly reply?: string;
}

/** A stage that ended well. */
export interface Seen {
  readonly stage: StageName;
  /** What it left behind. */
  readonly output: unknown;
  /** The events of its dialogue. */
  readonly events: readonly TraceEvent[];
  /** What EHLO had listed before, so that the second time only the news is told. */
  readonly before?: Extensions;
}

/**
 * Says what a stage has seen.
 *
 * @param seen The stage.
 * @returns One row, or one for each command of the envelope; control characters of the server are escaped.
 */
export function describeStage({ stage, output, events, before }: Seen): readonly Row[] {
  const commands = events.flatMap((event) => event.kind === "command" ? [event.line] : []);
  const replies = events.flatMap((event) => event.kind === "reply" ? [formatReply(event.reply)] : []);
  const reply = replies.at(-1);
  switch (stage) {
    case "connect":
      return [{ what: describeConnection(events), reply }];
    case "ehlo":
      return [{ what: escapeControls(list((output as Greeted).extensions, before)) }];
    case "tls": {
      const secured = events.find((event) => event.kind === "secured");
      if (secured) return [{ what: `TLS, verified for ${secured.hostname}` }];
      const { peer } = (output as Greeted).channel;
      return [{ what: peer.secure ? "TLS since connect" : "none: anyone on the way can read along" }];
    }
    case "auth": {
      const mechanism = commands.find((line) => line.startsWith("AUTH "))?.split(" ")[1];
      if (!mechanism) return [{ what: "none: no user is given" }];
      const { identity = "somebody" } = output as Ready;
      return [{ what: escapeControls(`${mechanism} as ${identity}`), reply }];
    }
    case "envelope":
      return commands.map((line, at) => ({ what: line, reply: replies[at] }));
    case "data": {
      const octets = events.reduce((sum, event) => sum + (event.kind === "content" ? event.octets : 0), 0);
      return [{ what: size(octets), reply }];
    }
    case "quit":
      return [{ what: "", reply }];
  }
}

function describeConnection(events: readonly TraceEvent[]): string {
  const address = events.find((event) => event.kind === "connected")?.address ?? "";
  const secured = events.find((event) => event.kind === "secured");
  const tls = secured ? `, TLS, verified for ${secured.hostname}` : "";
  return `${address} (${address.startsWith("[") ? "IPv6" : "IPv4"})${tls}`;
}

/** The extensions as EHLO listed them; the second time those that are new or changed. */
function list(extensions: Extensions, before?: Extensions): string {
  const written = [...extensions].map(([keyword, parameters]) => {
    const octets = Number(parameters[0]);
    if (keyword === "SIZE" && octets > 0) return `SIZE ${size(octets)}`;
    return [keyword, ...parameters].join(" ");
  });
  if (written.length === 0) return "no extensions";
  if (!before) return written.join(", ");
  const old = list(before).split(", ");
  return written.filter((one) => !old.includes(one)).join(", ") || "the same";
}
