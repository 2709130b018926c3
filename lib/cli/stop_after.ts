import { only, type Plugin, type StageName } from "../../mod.ts";

/** Thrown in place of the stage behind the last one that was asked for. */
export class Stopped extends Error {}

/**
 * Ends a session after a stage: the stage behind it is swapped for one that stops.
 *
 * Not the stage itself, because whoever opens a session says QUIT and closes only what a stage has handed over.
 *
 * @param stage The last stage; for `data` and `quit` there is nothing to stop, and for `auth` nothing but the message.
 * @returns A plugin whose stages throw {@linkcode Stopped}.
 */
export function stopAfter(stage: StageName): Plugin {
  const stop = () => Promise.reject(new Stopped(`stopped after ${stage}`));
  switch (stage) {
    case "connect":
      return only("ehlo", () => stop);
    case "ehlo":
      return only("tls", () => stop);
    case "tls":
      return only("auth", () => stop);
    case "auth":
      return only("envelope", () => stop);
    case "envelope":
      return only("data", () => stop);
    case "data":
    case "quit":
      return (stages) => stages;
  }
}
