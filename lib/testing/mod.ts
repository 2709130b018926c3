/**
 * What tests of mail-sending code need: a server that is a transcript, with a port or without, and faults on the way to a
 * real one.
 *
 * @module
 */

export type { StageName } from "../errors.ts";
export type { FaultOptions, Refusable } from "./fault_options.ts";
export { faults } from "./faults.ts";
export { script, type ScriptedDuplex, type ScriptOptions } from "./script.ts";
export {
  type ScriptedServer,
  scriptedServer,
  type ScriptedServerOptions,
  type ScriptedSession,
} from "./scripted_server.ts";
export type { Duplex, TlsOptions } from "../wire/duplex.ts";
