import {
  escapeControls,
  formatReply,
  type Greeted,
  type Ready,
  type StageName,
  type TraceEvent,
} from "../../mod.ts";

/**
 * Says in a line what a stage has seen.
 *
 * @param stage The stage.
 * @param output What it left behind.
 * @param seen The events of its dialogue.
 * @returns The line; control characters of the server are escaped.
 */
export function describeStage(stage: StageName, output: unknown, seen: readonly TraceEvent[]): string {
  const reply = seen.findLast((event) => event.kind === "reply")?.reply;
  const said = reply ? formatReply(reply) : "";
  switch (stage) {
    case "connect": {
      const address = seen.find((event) => event.kind === "connected")?.address ?? "";
      const secured = seen.some((event) => event.kind === "secured") ? ", implicit TLS" : "";
      return `${address}${secured}  ${said}`;
    }
    case "ehlo":
      return escapeControls(extensions(output as Greeted));
    case "tls": {
      const secured = seen.find((event) => event.kind === "secured");
      if (secured) return `upgraded, certificate verified for ${secured.hostname}`;
      return (output as Greeted).channel.peer.secure
        ? "secured already"
        : "none: the connection can be read by others";
    }
    case "auth": {
      const command = seen.find((event) => event.kind === "command" && event.line.startsWith("AUTH "));
      const mechanism = command?.kind === "command" ? command.line.split(" ")[1] : undefined;
      if (!mechanism) return "not asked for: no user is named";
      return escapeControls(`${mechanism} as ${(output as Ready).identity ?? "somebody"}  ${said}`);
    }
    case "envelope":
    case "data":
    case "quit":
      return said;
  }
}

/** The extensions as EHLO listed them, the size in words. */
function extensions({ extensions }: Greeted): string {
  if (extensions.size === 0) return "no extensions";
  return [...extensions].map(([keyword, parameters]) => {
    const octets = Number(parameters[0]);
    if (keyword === "SIZE" && octets > 0) return `SIZE ${(octets / 1_000_000).toFixed(1)} MB`;
    return [keyword, ...parameters].join(" ");
  }).join(", ");
}
